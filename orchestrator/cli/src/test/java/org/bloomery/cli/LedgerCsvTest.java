package org.bloomery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: what anybody called a job is a text in a spreadsheet, and never a formula or a new row. */
class LedgerCsvTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      value = {
        "plain;plain",
        "=1+1;'=1+1",
        "+cmd|'/C calc'!A0;'+cmd|'/C calc'!A0",
        "-2;'-2",
        "@SUM(A1);'@SUM(A1)",
        "a,b;\"a,b\"",
        "a \"b\";\"a \"\"b\"\"\"",
        "=\"a\",b;\"'=\"\"a\"\",b\"",
      })
  void aTextIsHarmless(String text, String cell) {
    assertThat(LedgerCsv.cell(text)).isEqualTo(cell);
  }

  @Test
  void aLineFeedStaysInItsCell() {
    assertThat(LedgerCsv.cell("a\nb")).isEqualTo("\"a\nb\"");
    assertThat(LedgerCsv.cell("\t=1")).isEqualTo("'\t=1");
  }

  @Test
  void inAPageATextIsNoMarkup() {
    assertThat(LedgerHtml.escape("<script>alert('x')</script> & \"q\" \u001b[2J"))
        .isEqualTo("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot; [2J");
  }

  @Test
  void numbersAreNumbers() {
    assertThat(LedgerCsv.cell(-5L)).isEqualTo("-5");
  }
}

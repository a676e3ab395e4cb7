package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: whatever goes in comes out of a real bash, byte for byte, as one word. */
class ShellQuoteTest {
  private static final List<String> HOSTILE =
      List.of(
          "",
          " ",
          "'",
          "''",
          "\\",
          "\\'",
          "\"",
          "$(touch pwned)",
          "`touch pwned`",
          "${HOME}",
          "a\nb",
          "\n",
          "trailing newline\n",
          "\r\n",
          "; rm -rf x",
          "a && b | c > d < e &",
          "!!",
          "~",
          "~root",
          "*",
          "[a-z]",
          "{a,b}",
          "#comment",
          "-n",
          "--",
          "a=b",
          "x\n#SBATCH --uid=root",
          "\u0001\u007f",
          "\u202eright to left",
          "日本語 ελληνικά \ud83d\ude00");

  @TempDir Path directory;

  @Test
  void hostileWordsComeOutAsTheyWentIn() throws Exception {
    assertThat(throughBash(HOSTILE, StandardCharsets.UTF_8, "C.UTF-8")).isEqualTo(HOSTILE);
    assertThat(throughBash(HOSTILE, StandardCharsets.UTF_8, "C")).isEqualTo(HOSTILE);
    assertThat(directory.resolve("pwned")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void randomUnicodeComesOutAsItWentIn(long seed) throws Exception {
    Random random = new Random(seed);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int[] points =
          random.ints(1, 0x110000).filter(c -> c < 0xd800 || c > 0xdfff).limit(40).toArray();
      words.add(new String(points, 0, random.nextInt(points.length)));
    }
    assertThat(throughBash(words, StandardCharsets.UTF_8, "C.UTF-8")).isEqualTo(words);
  }

  /** Latin-1 makes every byte but NUL one character: what bash sees is no valid UTF-8. */
  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void randomBytesComeOutAsTheyWentIn(String locale) throws Exception {
    Random random = new Random(6);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      int[] bytes = random.ints(40, 1, 256).toArray();
      words.add(new String(bytes, 0, random.nextInt(bytes.length)));
    }
    assertThat(throughBash(words, StandardCharsets.ISO_8859_1, locale)).isEqualTo(words);
  }

  @Test
  void leavesPlainWordsReadable() {
    assertThat(ShellQuote.join(List.of("--lr", "6e-5", "/a/b_c.py", "")))
        .isEqualTo("--lr 6e-5 /a/b_c.py ''");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\0b", "\ud83d", "\ude00\ud83d"})
  void refusesWhatNoScriptCanHold(String text) {
    assertThatThrownBy(() -> ShellQuote.quote(text)).isInstanceOf(IllegalArgumentException.class);
  }

  private List<String> throughBash(List<String> words, Charset charset, String locale)
      throws Exception {
    Path script = directory.resolve("words.sh");
    String text = "printf '%s\\0' " + ShellQuote.join(words) + "\n";
    Files.write(script, text.getBytes(charset));
    ProcessBuilder bash = new ProcessBuilder("bash", script.toString());
    bash.directory(directory.toFile());
    bash.environment().put("LC_ALL", locale);
    Path output = directory.resolve("words.out");
    bash.redirectOutput(output.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
    assertThat(bash.start().waitFor()).isZero();
    String printed = new String(Files.readAllBytes(output), charset);
    List<String> parts = List.of(printed.split("\0", -1));
    return parts.subList(0, parts.size() - 1);
  }
}

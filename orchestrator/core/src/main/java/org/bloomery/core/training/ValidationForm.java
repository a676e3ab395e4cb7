package org.bloomery.core.training;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.training.LineScanner.Found;
import org.bloomery.core.training.LineScanner.Piece;

/**
 * A validation result, {@code NAME loss at iteration N | lm loss value: .. | lm loss PPL: .. |}.
 *
 * <p>Source: {@code evaluate_and_print_results} in {@code megatron/training.py}; the first releases
 * print {@code LM loss: .. | LM PPL: ..} without a last bar.
 */
final class ValidationForm {
  private static final Pattern START =
      Pattern.compile(
          "([^\\s|]{1,200}) loss at (?:(?:iteration|step) {1,16}(\\d{1,15})|the end of training)"
              + "([^|]{0,200})\\|");

  private static final Pattern NAME_IN_BRACKETS = Pattern.compile("\\[([^\\]|]{1,100})\\]");

  private ValidationForm() {}

  static void find(Piece piece, List<Found> found) {
    String text = piece.text();
    if (!text.contains(" loss at ")) {
      return;
    }
    Matcher start = START.matcher(text);
    while (start.find()) {
      Fields fields = Fields.parse(text.substring(start.end()), piece.ended());
      OptionalDouble loss = fields.real("lm loss value", "lm loss");
      if (loss.isEmpty()) {
        loss = fields.endingWith("loss value");
      }
      OptionalDouble perplexity = fields.real("lm loss ppl", "lm ppl");
      if (perplexity.isEmpty()) {
        perplexity = fields.endingWith("ppl");
      }
      Matcher inner = NAME_IN_BRACKETS.matcher(start.group(3));
      String name = EvidenceText.ofBytes(inner.find() ? inner.group(1) : start.group(1));
      OptionalLong iteration =
          start.group(2) == null
              ? OptionalLong.empty()
              : OptionalLong.of(Long.parseLong(start.group(2)));
      found.add(
          new Found(start.start(), new LogRecord.Validation(name, iteration, loss, perplexity)));
    }
  }
}

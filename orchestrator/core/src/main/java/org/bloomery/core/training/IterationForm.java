package org.bloomery.core.training;

import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.training.LineScanner.Found;
import org.bloomery.core.training.LineScanner.Piece;

/**
 * The training record, {@code iteration N/M | name: value | ..}.
 *
 * <p>Which pairs there are depends on the release and its options, so all but a few are optional.
 * Sources: {@code training_log} in {@code megatron/training.py} of Megatron-LM (2019 to now) and of
 * BigScience's Megatron-DeepSpeed.
 */
final class IterationForm {
  private static final Pattern START =
      Pattern.compile(
          "(?<![A-Za-z_])iteration:?\\s{1,32}(\\d{1,15})\\s{0,4}/\\s{0,32}(\\d{1,15}|inf\\w{0,10})"
              + "\\s{0,8}\\|");

  /**
   * The names of the loss that the training goes by. Auxiliary losses (of experts, of the next
   * sentence) are left out on purpose: when the main one is NaN and absent, they must not stand in.
   */
  private static final String[] LOSS = {
    "lm loss", "mlm loss", "masked lm loss", "loss", "train loss", "training loss",
  };

  private IterationForm() {}

  static void find(Piece piece, List<Found> found) {
    String text = piece.text();
    if (!text.contains("iteration")) {
      return;
    }
    Matcher start = START.matcher(text);
    boolean more = start.find();
    while (more) {
      int from = start.start();
      int bodyFrom = start.end();
      long iteration = Long.parseLong(start.group(1));
      OptionalLong target = target(start.group(2));
      more = start.find();
      int to = more ? start.start() : text.length();
      Fields fields = Fields.parse(text.substring(bodyFrom, to), false);
      if (isWhole(fields)) {
        found.add(new Found(from, record(iteration, target, fields)));
      }
    }
  }

  /** Another rank's output may cut a record short: without these it would read as a NaN loss. */
  private static boolean isWhole(Fields fields) {
    boolean timed =
        fields.has("elapsed time per iteration (s)")
            || fields.has("elapsed time per iteration (ms)");
    boolean counted =
        fields.has("number of nan iterations") || fields.has("number of skipped iterations");
    return timed && (counted || fields.real(LOSS).isPresent());
  }

  private static LogRecord.Iteration record(long iteration, OptionalLong target, Fields fields) {
    return new LogRecord.Iteration(
        iteration,
        target,
        fields.whole("consumed samples"),
        fields.whole("consumed tokens"),
        seconds(fields),
        fields.real("learning rate"),
        fields.whole("global batch size"),
        fields.real(LOSS),
        fields.real("loss scale"),
        fields.real("grad norm"),
        fields.whole("number of skipped iterations"),
        fields.whole("number of nan iterations"),
        fields.real("samples per second"),
        fields.real("tflops", "throughput per gpu (tflop/s/gpu)"),
        fields.whole("curriculum seqlen", "actual seqlen", "seqlen"));
  }

  private static OptionalDouble seconds(Fields fields) {
    OptionalDouble seconds = fields.real("elapsed time per iteration (s)");
    OptionalDouble milliseconds = fields.real("elapsed time per iteration (ms)");
    if (seconds.isPresent() || milliseconds.isEmpty()) {
      return seconds;
    }
    double value = milliseconds.getAsDouble();
    // Moves the decimal point, so that 23491.4 ms are 23.4914 s and not 23.491400000000002 s.
    return Double.isFinite(value)
        ? OptionalDouble.of(BigDecimal.valueOf(value).movePointLeft(3).doubleValue())
        : OptionalDouble.of(value);
  }

  private static OptionalLong target(String text) {
    boolean counted = Character.isDigit(text.charAt(0));
    return counted ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }
}

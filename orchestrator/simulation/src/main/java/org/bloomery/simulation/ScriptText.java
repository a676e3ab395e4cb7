package org.bloomery.simulation;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What sbatch and bash read in the text of a job's script. */
final class ScriptText {
  private static final Pattern OPTION = Pattern.compile("(?m)^#SBATCH --([a-z-]+)=(\\S+)$");
  private static final Pattern CONSTANT =
      Pattern.compile("(?m)^readonly ([a-z_]+)=(?:'([^']*)'|(\\S+))$");
  private static final Pattern SPAN =
      Pattern.compile("(?:([0-9]+)-)?([0-9]{1,2}):([0-9]{2}):([0-9]{2})");

  /** A script without a limit has its partition's, which is never reached here. */
  private static final Duration NO_LIMIT = Duration.ofDays(30);

  private ScriptText() {}

  /** The value of an option in the script's header. */
  static Optional<String> option(String script, String name) {
    return first(OPTION.matcher(script), name);
  }

  /** The last number in an option's value: of {@code gpu:8} it is 8. */
  static int number(String script, String name, int otherwise) {
    return option(script, name)
        .map(value -> Integer.parseInt(value.substring(value.lastIndexOf(':') + 1)))
        .orElse(otherwise);
  }

  static Duration timeLimit(String script) {
    return option(script, "time").map(ScriptText::span).orElse(NO_LIMIT);
  }

  /** A time span as SLURM writes it. */
  static Duration span(String text) {
    Matcher parts = SPAN.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("no time span: " + text);
    }
    long days = parts.group(1) == null ? 0 : Long.parseLong(parts.group(1));
    return Duration.ofDays(days)
        .plusHours(Long.parseLong(parts.group(2)))
        .plusMinutes(Long.parseLong(parts.group(3)))
        .plusSeconds(Long.parseLong(parts.group(4)));
  }

  /** How long before its limit the script is to be warned. */
  static Duration warning(String script) {
    return option(script, "signal")
        .map(value -> Duration.ofSeconds(Long.parseLong(value.substring(value.indexOf('@') + 1))))
        .orElse(Duration.ZERO);
  }

  /** A constant that the script sets at its beginning. */
  static Optional<String> constant(String script, String name) {
    return first(CONSTANT.matcher(script), name);
  }

  static Duration seconds(String script, String name) {
    return Duration.ofSeconds(Long.parseLong(constant(script, name).orElseThrow()));
  }

  private static Optional<String> first(Matcher lines, String name) {
    while (lines.find()) {
      if (lines.group(1).equals(name)) {
        boolean bare = lines.group(2) == null;
        return Optional.of(lines.group(bare ? 3 : 2));
      }
    }
    return Optional.empty();
  }
}

package org.bloomery.core.training;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.training.LineScanner.Found;
import org.bloomery.core.training.LineScanner.Piece;

/**
 * The lines that mark a step in an attempt's life: saves, loads, exits, start-up, and our own.
 *
 * <p>Sources: {@code megatron/{training,checkpointing}.py} of Megatron-LM and Megatron-DeepSpeed,
 * {@code runtime/engine.py} and the loss scalers of DeepSpeed.
 */
final class MarkForms {
  private static final String PATH = "(\\S{1,4096})";
  private static final String ITERATION = "iteration {1,16}(\\d{1,15})";
  private static final String REAL =
      "([-+]?(?:\\d{1,30}(?:\\.\\d{0,30})?(?:[eE][-+]?\\d{1,5})?|nan|inf))";

  /**
   * One form of line.
   *
   * @param trigger a text that each such line holds, so that others cost little
   */
  private record Form(
      String trigger,
      Letters letters,
      Pattern pattern,
      Function<MatchResult, Optional<LogRecord>> read) {
    Form(String trigger, Pattern pattern, Function<MatchResult, Optional<LogRecord>> read) {
      this(trigger, Letters.of(trigger), pattern, read);
    }

    static Form of(String trigger, String regex, Function<MatchResult, LogRecord> read) {
      return new Form(trigger, Pattern.compile(regex), read.andThen(Optional::of));
    }
  }

  private static final List<Form> FORMS =
      List.of(
          Form.of(
              "saving checkpoint at",
              "saving checkpoint at " + ITERATION + " to " + PATH,
              m -> new LogRecord.SaveBegun(whole(m, 1), text(m, 2))),
          Form.of(
              "successfully saved",
              "successfully saved checkpoint (?:at|from) " + ITERATION + " to " + PATH,
              m -> new LogRecord.SaveDone(whole(m, 1), text(m, 2))),
          // The first releases name the file instead; only their first rank is worth a record.
          Form.of(
              "successfully saved",
              "successfully saved (\\S{1,4096})/iter_(\\d{1,15})/mp_rank_00/\\S{1,200}",
              m -> new LogRecord.SaveDone(whole(m, 2), text(m, 1))),
          Form.of(
              "successfully loaded",
              "successfully loaded (\\S{1,4096})/iter_(\\d{1,15})/mp_rank_00/\\S{1,200}",
              m -> new LogRecord.Loaded(whole(m, 2), text(m, 1))),
          Form.of(
              "successfully loaded",
              "successfully loaded checkpoint from "
                  + PATH
                  + "(?: {1,4}\\[[^\\]]{0,80}\\])? {1,4}at "
                  + ITERATION,
              m -> new LogRecord.Loaded(whole(m, 2), text(m, 1))),
          Form.of(
              "save-checkpoint",
              "save-checkpoint[ .]{0,80}: {0,4}\\(?(?:\\d[\\d.]{0,30}, {0,2})?(\\d[\\d.]{0,30})",
              m -> new LogRecord.SaveTime(real(m, 1).orElse(0))),
          Form.of(
              "setting training iterations",
              "setting training iterations to (\\d{1,15})",
              m -> new LogRecord.TrainingLength(whole(m, 1))),
          Form.of(
              "could not find the metadata",
              "WARNING: could not find the metadata file.{0,300}",
              m -> fromScratch(m)),
          Form.of(
              "Unable to find latest",
              "Unable to find latest file at.{0,300}",
              m -> fromScratch(m)),
          Form.of(
              "zero checkpoints paths",
              "The following zero checkpoints paths are missing: {0,4}(?:\\[([^\\]]*)\\]?)?",
              MarkForms::shardsMissing),
          Form.of(
              "OVERFLOW!",
              "OVERFLOW!(?: Rank \\d{1,6})? Skipping step\\."
                  + "(?: Attempted loss scale: {0,4}"
                  + REAL
                  + ", {0,4}(?:but hysteresis.{0,60}|reducing to {0,4}"
                  + REAL
                  + "))?",
              m -> new LogRecord.OverflowSkipped(real(m, 1), real(m, 2))),
          new Form(
              "]",
              Pattern.compile(
                  "\\[([A-Za-z][^\\[\\]]{1,4200})\\](?: {0,4}datetime: {0,4}"
                      + "(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d))?"),
              MarkForms::bracketed),
          Form.of(
              "time to initialize megatron",
              "time to initialize megatron \\(seconds\\)",
              m -> new LogRecord.Milestone("time to initialize megatron", Optional.empty())),
          Form.of(
              "done with setup",
              "done with setups? \\.\\.\\.",
              m -> new LogRecord.Milestone("done with setup", Optional.empty())),
          Form.of(
              "PULSE: ",
              "\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\] {0,4}PULSE: .{0,400}",
              m -> new LogRecord.WatcherLine(false, EvidenceText.ofBytes(m.group()))),
          Form.of(
              "***ALERT: ",
              "\\*\\*\\*ALERT: .{0,400}",
              m -> new LogRecord.WatcherLine(true, EvidenceText.ofBytes(m.group()))),
          new Form(
              "BLOOMERY ",
              Pattern.compile("BLOOMERY (start|end)((?: [a-z]{1,16}=[^\\s=]{1,200}){1,16})"),
              MarkForms::ours));

  private MarkForms() {}

  static void find(Piece piece, List<Found> found) {
    String text = piece.text();
    Letters letters = Letters.of(text);
    for (Form form : FORMS) {
      if (!letters.mayContain(form.letters()) || !text.contains(form.trigger())) {
        continue;
      }
      Matcher matcher = form.pattern().matcher(text);
      while (matcher.find()) {
        MatchResult match = matcher.toMatchResult();
        // The end of a text that may be cut could be in the middle of a number or a path.
        boolean whole = piece.ended() || match.end() < text.length();
        Optional<LogRecord> read = form.read().apply(match);
        if (read.isPresent() && (whole || isComplete(read.get()))) {
          found.add(new Found(match.start(), read.get()));
        }
      }
    }
  }

  /** Records that say as much when the end of their line is missing. */
  private static boolean isComplete(LogRecord log) {
    return log instanceof LogRecord.TrainingDone
        || log instanceof LogRecord.KillSwitch
        || log instanceof LogRecord.ExitDuration
        || log instanceof LogRecord.ExitInterval
        || log instanceof LogRecord.StartedFromScratch
        || log instanceof LogRecord.ZeroShardsMissing
        || log instanceof LogRecord.Milestone
        || log instanceof LogRecord.WatcherLine;
  }

  private static final Pattern KILL_SWITCH =
      Pattern.compile("Detected kill switch at (.{1,4096})\\. Exiting", Pattern.DOTALL);
  private static final Pattern EXIT_DURATION =
      Pattern.compile("exiting program after " + REAL + " minutes");
  private static final Pattern EXIT_INTERVAL = Pattern.compile("exiting program at " + ITERATION);

  private static final List<String> START_UP =
      List.of(
          "after megatron is initialized",
          "after model, optimizer, and learning rate scheduler are built",
          "after dataloaders are built",
          "before the start of training step");

  private static Optional<LogRecord> bracketed(MatchResult match) {
    String said = match.group(1).strip();
    Matcher killSwitch = KILL_SWITCH.matcher(said);
    if (killSwitch.matches()) {
      return Optional.of(new LogRecord.KillSwitch(EvidenceText.utf8(killSwitch.group(1))));
    }
    Matcher duration = EXIT_DURATION.matcher(said);
    if (duration.matches()) {
      return Optional.of(new LogRecord.ExitDuration(Fields.number(duration.group(1))));
    }
    Matcher interval = EXIT_INTERVAL.matcher(said);
    if (interval.matches()) {
      return Optional.of(new LogRecord.ExitInterval(Long.parseLong(interval.group(1))));
    }
    if (said.equals("after training is done")) {
      return Optional.of(new LogRecord.TrainingDone());
    }
    boolean dated = match.group(2) != null;
    return dated || START_UP.contains(said)
        ? Optional.of(new LogRecord.Milestone(EvidenceText.ofBytes(said), localTime(match)))
        : Optional.empty();
  }

  private static Optional<LocalDateTime> localTime(MatchResult match) {
    if (match.group(2) == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDateTime.parse(match.group(2) + "T" + match.group(3)));
    } catch (DateTimeException e) {
      // Digits that are no date, such as month 13: the mark counts, its time does not.
      return Optional.empty();
    }
  }

  private static LogRecord fromScratch(MatchResult match) {
    return new LogRecord.StartedFromScratch(EvidenceText.ofBytes(match.group()));
  }

  private static LogRecord shardsMissing(MatchResult match) {
    List<String> paths = new ArrayList<>();
    int count = 0;
    String[] listed = match.group(1) == null ? new String[0] : match.group(1).split(",", -1);
    for (String path : listed) {
      String bare = path.strip().replace("'", "").replace("\"", "");
      if (!bare.isEmpty()) {
        count++;
        if (paths.size() < LogRecord.ZeroShardsMissing.PATHS_MAX) {
          paths.add(EvidenceText.ofBytes(bare));
        }
      }
    }
    return new LogRecord.ZeroShardsMissing(paths, count);
  }

  private static Optional<LogRecord> ours(MatchResult match) {
    OurFields fields = new OurFields(match.group(2));
    Optional<Integer> attempt = fields.number("attempt").map(Long::intValue);
    if (match.group(1).equals("start")) {
      return Optional.of(
          new LogRecord.JobStarted(
              fields.text("run"),
              attempt.orElse(0),
              fields.text("job"),
              fields.number("epoch").orElse(0L)));
    }
    return fields
        .number("exit")
        .map(
            exit ->
                new LogRecord.JobEnded(
                    fields.text("run"),
                    attempt.orElse(0),
                    fields.text("job"),
                    exit.intValue(),
                    fields.text("reason")));
  }

  private static String text(MatchResult match, int group) {
    return EvidenceText.utf8(match.group(group));
  }

  private static long whole(MatchResult match, int group) {
    return Long.parseLong(match.group(group));
  }

  private static OptionalDouble real(MatchResult match, int group) {
    String number = match.group(group);
    // The last of these characters may belong to the sentence: "reducing to 1."
    boolean usable = number != null && number.chars().filter(c -> c == '.').count() <= 1;
    return usable ? OptionalDouble.of(Fields.number(number)) : OptionalDouble.empty();
  }

  /** The {@code key=value} pairs of our own lines. */
  private record OurFields(String pairs) {
    String text(String key) {
      for (String pair : pairs.strip().split(" ", -1)) {
        if (pair.startsWith(key + "=")) {
          return EvidenceText.ofBytes(pair.substring(key.length() + 1));
        }
      }
      return "";
    }

    Optional<Long> number(String key) {
      String digits = text(key);
      boolean numeric = digits.matches("-?\\d{1,15}");
      return numeric ? Optional.of(Long.parseLong(digits)) : Optional.empty();
    }
  }
}

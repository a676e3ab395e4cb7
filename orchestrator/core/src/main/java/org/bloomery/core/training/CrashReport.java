package org.bloomery.core.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.training.LineScanner.Found;
import org.bloomery.core.training.LineScanner.Piece;

/**
 * Puts together what a crash prints over several lines: Python's tracebacks, of which only the last
 * line says what was wrong, and torch elastic's account of the rank that failed first.
 *
 * <p>It follows several ranks at a time, but not without bound: {@link #LANES_MAX} of them, and
 * {@link #TRACEBACK_LINES_MAX} lines of a traceback. Beyond that a traceback is forgotten; lines
 * that look like the end of one are still recognised.
 */
final class CrashReport {
  static final int LANES_MAX = 64;
  static final int TRACEBACK_LINES_MAX = 400;
  private static final int ROOT_CAUSE_LINES_MAX = 40;

  private static final Pattern EXCEPTION =
      Pattern.compile(
          "\\s{0,4}(?:\\d{1,6}: )?"
              + "((?:\\w{1,80}\\.){0,12}[A-Z]\\w{0,80}(?:Error|Exception))(?:: .*|:?)",
          Pattern.DOTALL);

  /** In a traceback any name may end it: {@code KeyboardInterrupt}, {@code queue.Empty}. */
  private static final Pattern ANY_EXCEPTION =
      Pattern.compile("((?:\\w{1,80}\\.){0,12}[A-Za-z_]\\w{0,80})(?:: .*|:?)", Pattern.DOTALL);

  /** How a launcher, a signal or a planned exit ends Python; they say nothing of the reason. */
  private static final Pattern NOT_A_REASON =
      Pattern.compile(
          "ChildFailedError|SignalException|KeyboardInterrupt|SystemExit|CalledProcessError"
              + "|ProcessExitedException|ProcessRaisedException");

  private static final Pattern HOST = Pattern.compile("host {1,16}: (\\S{1,255})");
  private static final Pattern RANK = Pattern.compile("rank {1,16}: (\\d{1,7}) \\(local_rank");
  private static final Pattern EXIT_CODE =
      Pattern.compile("exitcode {1,16}: (-?\\d{1,5}) \\(pid: \\d{1,10}\\)");

  /** One agent's or launcher's word on one of its processes, in one line. */
  private static final Pattern PROCESS_FAILED =
      Pattern.compile(
          "failed \\(exitcode: (-?\\d{1,5})\\) local_rank: \\d{1,6} \\(pid: \\d{1,10}\\)"
              + "|exits with return code = (-[1-9]\\d{0,4}|[1-9]\\d{0,4})");

  private static final Pattern GLOBAL_RANK = Pattern.compile("\\[Rank (\\d{1,7})\\]");
  private static final Pattern SRUN_NODE = Pattern.compile("srun: error: ([\\w.-]{1,255}): task");
  private static final Pattern LINK_NAME = Pattern.compile("-(?:ib|opa|hsn|eth)\\d{0,3}$");

  private final Map<String, Integer> tracebackLines = new LinkedHashMap<>();
  private int rootCauseLines = 0;
  private Optional<String> rootHost = Optional.empty();
  private OptionalInt rootRank = OptionalInt.empty();

  /** Adds what a piece of a line tells of errors: one thing at most. */
  void find(Piece piece, List<Found> found) {
    if (isNoError(piece.text())) {
      return;
    }
    Optional<Found> elastic = elastic(piece.text());
    if (elastic.isPresent()) {
      found.add(elastic.get());
      return;
    }
    Optional<ErrorRules.Hit> hit = ErrorRules.find(piece.text());
    Optional<EndCause> python = python(piece, hit.isPresent());
    if (hit.isPresent()) {
      found.add(error(piece, hit.get().cause(), hit.get().start()));
    } else if (python.isPresent()) {
      found.add(error(piece, python.get(), 0));
    }
  }

  /** A watcher speaks about a job, not from it; a client's socket tries again when refused. */
  private static boolean isNoError(String text) {
    return text.contains("PULSE: ")
        || text.contains("***ALERT: ")
        || text.contains("[W socket.cpp");
  }

  private Optional<Found> elastic(String text) {
    Matcher failed = PROCESS_FAILED.matcher(text);
    boolean telling = text.contains("failed (exitcode") || text.contains("exits with return code");
    if (telling && failed.find()) {
      String code = failed.group(1) != null ? failed.group(1) : failed.group(2);
      return Optional.of(
          new Found(
              failed.start(),
              failure(Optional.empty(), OptionalInt.empty(), Integer.parseInt(code))));
    }
    if (text.contains("Root Cause (first observed failure)")) {
      rootCauseLines = ROOT_CAUSE_LINES_MAX;
      rootHost = Optional.empty();
      rootRank = OptionalInt.empty();
      return Optional.empty();
    }
    return rootCauseLines > 0 ? rootCauseLine(text) : Optional.empty();
  }

  private Optional<Found> rootCauseLine(String text) {
    rootCauseLines--;
    Matcher host = HOST.matcher(text);
    if (host.find()) {
      rootHost = Optional.of(nodeName(host.group(1)));
    }
    Matcher rank = RANK.matcher(text);
    if (rank.find()) {
      rootRank = OptionalInt.of(Integer.parseInt(rank.group(1)));
    }
    Matcher code = EXIT_CODE.matcher(text);
    if (!code.find()) {
      return Optional.empty();
    }
    rootCauseLines = 0;
    return Optional.of(
        new Found(code.start(), failure(rootHost, rootRank, Integer.parseInt(code.group(1)))));
  }

  private static LogRecord failure(Optional<String> node, OptionalInt rank, int exitCode) {
    String who = rank.isPresent() ? "rank " + rank.getAsInt() : "a rank";
    String where = node.map(name -> " on " + name).orElse("");
    String how =
        exitCode < 0 ? " was ended by signal " + -exitCode : " ended with exit code " + exitCode;
    return new LogRecord.RankFailed(
        node, rank, exitCode, EvidenceText.of(who + where + how + " (its launcher's report)"));
  }

  private Optional<EndCause> python(Piece piece, boolean known) {
    String text = piece.text();
    if (text.contains("Traceback (most recent call last)")) {
      if (tracebackLines.size() < LANES_MAX || tracebackLines.containsKey(piece.lane())) {
        tracebackLines.put(piece.lane(), TRACEBACK_LINES_MAX);
      }
      return Optional.empty();
    }
    Integer left = tracebackLines.get(piece.lane());
    boolean frame = Character.isWhitespace(text.charAt(0));
    if (left != null && frame && left > 0) {
      tracebackLines.put(piece.lane(), left - 1);
      return Optional.empty();
    }
    Pattern form = left != null && !frame ? ANY_EXCEPTION : EXCEPTION;
    tracebackLines.remove(piece.lane());
    Matcher exception = form.matcher(text);
    boolean says = !known && exception.matches();
    return says && !NOT_A_REASON.matcher(exception.group(1)).find()
        ? Optional.of(EndCause.USER_CODE)
        : Optional.empty();
  }

  private static Found error(Piece piece, EndCause cause, int start) {
    String text = piece.text();
    Matcher rank = GLOBAL_RANK.matcher(text);
    Optional<Integer> number = Optional.empty();
    if (rank.find()) {
      number = Optional.of(Integer.parseInt(rank.group(1)));
    } else if (piece.lane().startsWith("rank")) {
      number = Optional.of(Integer.parseInt(piece.lane().substring("rank".length())));
    }
    return new Found(
        start,
        new LogRecord.ErrorSeen(
            new ErrorSignature(cause, EvidenceText.ofBytes(text), number, node(cause, text))));
  }

  private static final Pattern FAILED_NODE =
      Pattern.compile("(?:Node failure on|ON) ([\\w.-]{1,255})");

  /** Only where the line blames a node; a killed step names just where its first task was. */
  private static Optional<String> node(EndCause cause, String text) {
    Pattern form = cause == EndCause.NODE_FAILURE ? FAILED_NODE : SRUN_NODE;
    Matcher node = form.matcher(text);
    return node.find() ? Optional.of(nodeName(node.group(1))) : Optional.empty();
  }

  /** The scheduler's name of a host that is named by one of its network links, or in full. */
  static String nodeName(String host) {
    boolean address = host.chars().allMatch(c -> c == '.' || c == ':' || Character.isDigit(c));
    int dot = host.indexOf('.');
    String first = address || dot < 1 ? host : host.substring(0, dot);
    return EvidenceText.ofBytes(LINK_NAME.matcher(first).replaceFirst(""));
  }
}

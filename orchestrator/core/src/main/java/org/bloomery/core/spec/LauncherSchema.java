package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.bloomery.core.spec.Launcher.Preflight;

/** {@code spec.launcher}. */
final class LauncherSchema {
  /** A detour over a parent directory hides where a path leads. */
  private static final String NO_DETOUR = "(?!(.*[ /=:,])?\\.\\.([ /:,]|$))";

  private static final Words VARIABLE_NAME =
      Words.of(
          "an environment variable's name",
          "letters, digits and '_', the first no digit",
          "[A-Za-z_][A-Za-z0-9_]*",
          128);
  private static final Words VARIABLE_VALUE =
      Words.of(
          "an environment variable's value",
          "letters, digits, blanks and . _ / + @ : = , % -, without ..",
          NO_DETOUR + "[A-Za-z0-9 ._/+@:=,%-]*",
          1024);
  private static final Words COMMAND =
      Words.of(
          "a simple command",
          "words of letters, digits and . _ / + @ : = , % ~ -, single blanks between them, no ..",
          NO_DETOUR + "[A-Za-z0-9._/][A-Za-z0-9._/+@:=,%~-]*( [A-Za-z0-9._/+@:=,%~-]+)*",
          1024);
  private static final Words ARGUMENT =
      Words.of(
          "an argument",
          "letters, digits, blanks and . _ / + @ : = , % | * -, without ..",
          NO_DETOUR + "[A-Za-z0-9._/+@:=,%|*-][A-Za-z0-9 ._/+@:=,%|*-]*",
          1024);

  private static final Words SRUN_ARGUMENT =
      Words.of(
          "an argument for srun that may be given",
          "--wait, --kill-on-bad-exit, --cpu-bind, --gpu-bind, --mpi, --mem-bind,"
              + " --distribution or --unbuffered, with =value where it takes one",
          "--unbuffered|--(wait|kill-on-bad-exit)=[0-9]{1,6}"
              + "|--(cpu-bind|gpu-bind|mpi|mem-bind|distribution)=[A-Za-z0-9][A-Za-z0-9_:,.+-]*",
          128);

  private static final Field<LauncherKind> KIND =
      Field.required("kind", Choice.of(LauncherKind.class), "the training program");
  private static final Field<Optional<String>> PYTHON =
      Field.optional(
          "python",
          new PathText(),
          "path of the interpreter; python3 of the PATH that the setup leaves if absent");
  private static final Field<String> SCRIPT =
      Field.required("script", new PathText(), "path of the Python file, absolute");
  private static final Field<Optional<String>> WORKING_DIRECTORY =
      Field.optional(
          "workingDirectory",
          new PathText(),
          "where it is started; the attempt's directory if absent");
  private static final Field<List<String>> SETUP =
      Field.withDefault(
          "setup",
          new ListOf<>(COMMAND, 0, 100),
          List.of(),
          "simple commands that run before it, such as module load cuda/11.4.3");
  private static final Field<SortedMap<String, String>> ENVIRONMENT =
      Field.defaulted(
          "environment",
          new MapOf<>(VARIABLE_NAME, VARIABLE_VALUE, 200),
          "variables that the training sees");
  private static final Field<Optional<Long>> MASTER_PORT =
      Field.optional(
          "masterPort",
          new WholeNumber(1024, 65_535),
          "where the ranks meet on the first node; chosen for each job if absent");
  private static final Field<List<String>> SRUN_ARGUMENTS =
      Field.withDefault(
          "srunArguments",
          new ListOf<>(SRUN_ARGUMENT, 0, 20),
          List.of("--wait=60", "--kill-on-bad-exit=1"),
          "words for srun, such as --wait=60");
  private static final Field<List<String>> PREFLIGHT_COMMANDS =
      Field.withDefault(
          "commands",
          new ListOf<>(COMMAND, 0, 20),
          List.of(),
          "simple commands that test a node, besides the usual tests");
  private static final Field<Duration> PREFLIGHT_LIMIT =
      Field.withDefault(
          "timeLimit",
          new TimeSpan(Duration.ofSeconds(10), Duration.ofHours(1)),
          Duration.ofMinutes(5),
          "the longest that all tests of a node may take");
  private static final ObjectOf<Preflight> PREFLIGHT_OBJECT =
      new ObjectOf<>(
          List.of(PREFLIGHT_COMMANDS, PREFLIGHT_LIMIT),
          v -> new Preflight(v.get(PREFLIGHT_COMMANDS), v.get(PREFLIGHT_LIMIT)));
  private static final Field<Preflight> PREFLIGHT =
      Field.defaulted(
          "preflight", PREFLIGHT_OBJECT, "what is tested on each node before the training");
  private static final Field<Optional<Duration>> EXIT_DURATION =
      Field.optional(
          "exitDuration",
          new TimeSpan(Duration.ofMinutes(1), Duration.ofDays(30)),
          "after which the trainer saves and leaves by itself, in whole minutes");
  private static final Field<List<String>> EXTRA_ARGUMENTS =
      Field.withDefault(
          "extraArguments",
          new ListOf<>(ARGUMENT, 0, 500),
          List.of(),
          "words passed on to the trainer as they are");

  static final ObjectOf<Launcher> TYPE =
      new ObjectOf<>(
          List.of(
              KIND,
              PYTHON,
              SCRIPT,
              WORKING_DIRECTORY,
              SETUP,
              ENVIRONMENT,
              MASTER_PORT,
              SRUN_ARGUMENTS,
              PREFLIGHT,
              EXIT_DURATION,
              EXTRA_ARGUMENTS),
          v ->
              new Launcher(
                  v.get(KIND),
                  v.get(PYTHON),
                  v.get(SCRIPT),
                  v.get(WORKING_DIRECTORY),
                  v.get(SETUP),
                  v.get(ENVIRONMENT),
                  v.get(MASTER_PORT).map(Math::toIntExact),
                  v.get(SRUN_ARGUMENTS),
                  v.get(PREFLIGHT),
                  v.get(EXIT_DURATION),
                  v.get(EXTRA_ARGUMENTS)));

  private LauncherSchema() {}
}

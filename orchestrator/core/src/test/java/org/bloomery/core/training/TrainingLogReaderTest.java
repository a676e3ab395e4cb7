package org.bloomery.core.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.bloomery.core.observe.EndCause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: every form of every release is found wherever it stands; nothing else is. */
class TrainingLogReaderTest {

  private static List<LogRecord> read(byte[] bytes) {
    TrainingLogReader reader = new TrainingLogReader();
    List<LogRecord> found = new ArrayList<>(reader.feed(bytes, bytes.length));
    found.addAll(reader.finish());
    return found;
  }

  private static List<LogRecord> read(String... lines) {
    return read((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static <T extends LogRecord> T only(Class<T> kind, String... lines) {
    List<LogRecord> found = read(lines);
    assertThat(found).hasSize(1);
    return kind.cast(found.get(0));
  }

  private static LogRecord.Iteration step(String line) {
    return only(LogRecord.Iteration.class, line);
  }

  @Test
  void readsEveryFieldOfBloomsRecord() {
    String line =
        "[default7]: iteration    12695/  115311 | consumed samples:      9841584 | consumed"
            + " tokens:  20155564032 | elapsed time per iteration (s): 105.22 | learning rate:"
            + " 5.969E-05 | global batch size:  2048 | lm loss: 2.400000E+00 | grad norm: 0.174 |"
            + " num zeros: 0.0 | params norm: 1.000 | curriculum seqlen:   512 | number of skipped"
            + " iterations:   1 | number of nan iterations:   2 | samples per second: 19.463 |"
            + " TFLOPs: 149.02 |";
    assertThat(step(line))
        .isEqualTo(
            new LogRecord.Iteration(
                12695,
                OptionalLong.of(115311),
                OptionalLong.of(9841584),
                OptionalLong.of(20155564032L),
                OptionalDouble.of(105.22),
                OptionalDouble.of(5.969e-5),
                OptionalLong.of(2048),
                OptionalDouble.of(2.4),
                OptionalDouble.empty(),
                OptionalDouble.of(0.174),
                OptionalLong.of(1),
                OptionalLong.of(2),
                OptionalDouble.of(19.463),
                OptionalDouble.of(149.02),
                OptionalLong.of(512)));
  }

  @Test
  void readsOlderForms() {
    LogRecord.Iteration older = step(SampleLogs.olderIteration(33240, 311541, 23491.4, 2.75));
    assertThat(older.secondsPerIteration()).hasValue(23.4914);
    assertThat(older.lossScale()).hasValue(32768.0);
    assertThat(older.consumedTokens()).isEmpty();
    LogRecord.Iteration first = step(SampleLogs.firstIteration(300, 300, 1018.4, 4.5e-3));
    assertThat(first.loss()).hasValue(4.5e-3);
    assertThat(first.learningRate()).hasValue(1.5e-4);
    assertThat(first.lossScale()).hasValue(65536);
  }

  @Test
  void readsNewerForms() {
    LogRecord.Iteration newer =
        step(
            " [2031-02-05 21:20:40.123] iteration      100/    2000 | consumed samples:   51200 |"
                + " elapsed time per iteration (ms): 660.6/659.1 | mem usages: 0.5GB/1.0GB/0.5 |"
                + " throughput per GPU (TFLOP/s/GPU): 151.4 | learning rate: 5.978000E-04 |"
                + " global batch size:   512 | lm loss: 7.643560E+00 | load balancing loss:"
                + " 1.01E-01 | loss scale: 1.0 | grad norm: 0.207 | number of skipped iterations:"
                + "   0 | number of nan iterations:   0 |");
    assertThat(newer.secondsPerIteration()).hasValue(0.6606);
    assertThat(newer.tflops()).hasValue(151.4);
    assertThat(newer.loss()).hasValue(7.64356);
    assertThat(newer.learningRate()).hasValue(5.978e-4);
  }

  @Test
  void aLossThatIsNoNumberIsAbsentAndNoOtherStandsIn() {
    assertThat(step(SampleLogs.nanIteration(5, 10)).loss()).isEmpty();
    assertThat(step(SampleLogs.nanIteration(5, 10)).nan()).hasValue(1);
    assertThat(step(SampleLogs.nanIteration(5, 10)).learningRate()).hasValue(0);
    String nan = SampleLogs.iteration(5, 10, 1, 2).replace("2.000000E+00", "nan");
    assertThat(step(nan).loss()).isEmpty();
    String inf = SampleLogs.iteration(5, 10, 1, 2).replace("2.000000E+00", "inf");
    assertThat(step(inf).loss()).hasValue(Double.POSITIVE_INFINITY);
    String moe =
        SampleLogs.nanIteration(5, 10).replace("| grad", "| moe loss: 1.000000E-02 | grad");
    assertThat(step(moe).loss()).isEmpty();
    assertThat(Progress.NONE.after(read(inf)).lastLoss()).isEmpty();
  }

  @Test
  void findsAllRecordsOfOnePhysicalLineInOrder() {
    String line =
        "[default0]:setting training iterations to 100[default7]:"
            + SampleLogs.iteration(1, 100, 10, 3)
            + SampleLogs.iteration(2, 100, 10, 2)
            + "time (ms)[default0]:"
            + SampleLogs.saving(2, "/c")
            + "[default0]:"
            + SampleLogs.saved(2, "/c")
            + "[default7]:time (ms) | save-checkpoint: 40100.25";
    List<LogRecord> found = read(line);
    assertThat(found).hasSize(6);
    assertThat(found.get(0)).isEqualTo(new LogRecord.TrainingLength(100));
    assertThat(found.subList(1, 3))
        .extracting(step -> ((LogRecord.Iteration) step).loss())
        .containsExactly(OptionalDouble.of(3), OptionalDouble.of(2));
    assertThat(found.subList(3, 6))
        .containsExactly(
            new LogRecord.SaveBegun(2, "/c"),
            new LogRecord.SaveDone(2, "/c"),
            new LogRecord.SaveTime(40100.25));
  }

  @Test
  void aRecordThatAnotherRankCutsShortIsNone() {
    String whole = SampleLogs.iteration(7, 10, 105, 2.46);
    String cut = whole.substring(0, whole.indexOf("lm loss: 2.4") + "lm loss: 2.4".length());
    assertThat(read("[default7]:" + cut + "[default3]:something", "60000E+00 | grad norm: 1.0 |"))
        .isEmpty();
    byte[] unfinished = cut.getBytes(StandardCharsets.UTF_8);
    assertThat(read(unfinished)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "valid loss at iteration 45000 | lm loss value: 2.5E+00 | lm loss PPL: 1.2E+01 | ;valid",
        "[default7]: validation loss at iteration 45000 | lm loss value: 2.5E+00 | lm loss PPL:"
            + " 1.2E+01 |;validation",
        "--- validation loss at iteration 45000 | LM loss: 2.5E+00 | LM PPL: 1.2E+01;validation",
        "validation loss at iteration 45000 [greek] | lm loss value: 2.5E+00 | lm loss PPL:"
            + " 1.2E+01;greek",
      })
  void readsValidation(String line, String name) {
    assertThat(only(LogRecord.Validation.class, line))
        .isEqualTo(
            new LogRecord.Validation(
                name, OptionalLong.of(45000), OptionalDouble.of(2.5), OptionalDouble.of(12)));
  }

  @Test
  void readsValidationAtTheEndOfTraining() {
    String line =
        "valid_zht loss at the end of training for val data | lm loss value: 2.5E+00 | lm loss PPL:"
            + " 1.2E+01 | ";
    LogRecord.Validation last = only(LogRecord.Validation.class, line);
    assertThat(last.iteration()).isEmpty();
    assertThat(last.name()).isEqualTo("valid_zht");
  }

  @Test
  void readsMarks() {
    LocalDateTime at = LocalDateTime.of(2031, 5, 4, 8, 1, 2);
    assertThat(read(SampleLogs.mark("after megatron is initialized")))
        .containsExactly(new LogRecord.Milestone("after megatron is initialized", Optional.of(at)));
    assertThat(read("[before the start of training step] datetime: 2031-13-04 08:01:02"))
        .containsExactly(
            new LogRecord.Milestone("before the start of training step", Optional.empty()));
    assertThat(read(SampleLogs.mark("exiting program after 1190.0357275923093 minutes")))
        .containsExactly(new LogRecord.ExitDuration(1190.0357275923093));
    assertThat(read(SampleLogs.mark("exiting program at iteration 300")))
        .containsExactly(new LogRecord.ExitInterval(300));
    assertThat(read(SampleLogs.mark("Detected kill switch at /a b/ü. Exiting")))
        .containsExactly(new LogRecord.KillSwitch("/a b/ü"));
    assertThat(read("[after training is done]")).containsExactly(new LogRecord.TrainingDone());
    assertThat(read("[default0]:setting training iterations to 311541"))
        .containsExactly(new LogRecord.TrainingLength(311541));
  }

  @Test
  void readsSavesAndLoads() {
    assertThat(read(SampleLogs.loaded(70099, "/c/main")))
        .containsExactly(new LogRecord.Loaded(70099, "/c/main"));
    assertThat(read("successfully loaded checkpoint from /c [ t 1/2, p 1/1 ] at iteration 12"))
        .containsExactly(new LogRecord.Loaded(12, "/c"));
    assertThat(read("  successfully saved checkpoint from iteration     500 to /c [ t 1/4 ]"))
        .containsExactly(new LogRecord.SaveDone(500, "/c"));
    assertThat(read("  successfully saved ck/gpt/iter_0000300/mp_rank_00/model_optim_rng.pt"))
        .containsExactly(new LogRecord.SaveDone(300, "ck/gpt"));
    assertThat(read("    save-checkpoint ................: (1658.80, 1658.85)"))
        .containsExactly(new LogRecord.SaveTime(1658.85));
  }

  @Test
  void readsWhatDeepSpeedSays() {
    String lead = "[default1]:[2031-05-04 08:02:11,007] [WARNING] [engine.py:2761:_get] ";
    assertThat(
            read(lead + "The following zero checkpoints paths are missing: ['/c/a.pt', '/c/b.pt']"))
        .containsExactly(new LogRecord.ZeroShardsMissing(List.of("/c/a.pt", "/c/b.pt"), 2));
    assertThat(read(lead + "Unable to find latest file at /c/latest, if trying to load"))
        .hasOnlyElementsOfType(LogRecord.StartedFromScratch.class)
        .hasSize(1);
    assertThat(
            read(
                "[stage_1_and_2.py:1644:step] [deepscale] OVERFLOW! Rank 0 Skipping step. Attempted"
                    + " loss scale: 1048576.0, reducing to 524288.0"))
        .containsExactly(
            new LogRecord.OverflowSkipped(OptionalDouble.of(1048576), OptionalDouble.of(524288)));
  }

  @Test
  void watchersGrowTheLogWithoutProgress() {
    String pulse =
        "[2031-05-01 03:56:11] PULSE: x is running for 1-07:27:33 since 2031-04-29T20:28:38 (15 on"
            + " 'p' partition (n[01-34])";
    String alert =
        "[2031-08-08 01:49:40] ***ALERT: x is not RUNNING or SCHEDULED! Alert someone***";
    List<LogRecord> found = read(pulse, alert);
    assertThat(found).hasOnlyElementsOfType(LogRecord.WatcherLine.class).hasSize(2);
    assertThat(Progress.NONE.after(found)).isEqualTo(Progress.NONE);
  }

  @Test
  void readsOurOwnLines() {
    assertThat(
            read(
                "BLOOMERY start run=bloom-nano attempt=2 job=1234 epoch=1900000000",
                "BLOOMERY end run=bloom-nano attempt=2 job=1234 exit=0 reason=done"))
        .containsExactly(
            new LogRecord.JobStarted("bloom-nano", 2, "1234", 1900000000L),
            new LogRecord.JobEnded("bloom-nano", 2, "1234", 0, "done"));
  }

  @Test
  void putsTheRootCauseTogetherFromItsLines() {
    List<String> lines = SampleLogs.rootCause("node17-ib0", 131, -9);
    assertThat(read(lines.toArray(String[]::new)))
        .singleElement()
        .isInstanceOfSatisfying(
            LogRecord.RankFailed.class,
            failed -> {
              assertThat(failed.node()).contains("node17");
              assertThat(failed.rank()).hasValue(131);
              assertThat(failed.exitCode()).isEqualTo(-9);
            });
  }

  @Test
  void aTracebacksLastLineIsWhatWasWrong() {
    List<LogRecord> found =
        read(
            "[default0]:Traceback (most recent call last):",
            "[default1]:Traceback (most recent call last):",
            "[default0]:  File \"train.py\", line 3, in <module>",
            "[default0]:    main()",
            "[default1]:  File \"train.py\", line 3, in <module>",
            "[default0]:queue.Empty",
            "[default1]:ValueError: bad option",
            "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ");
    assertThat(found)
        .extracting(log -> ((LogRecord.ErrorSeen) log).signature().line())
        .containsExactly("queue.Empty", "ValueError: bad option");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void chunksMayEndAnywhere(long seed) {
    byte[] log = new SampleLogs(seed).anyLog(300);
    List<LogRecord> atOnce = read(log);
    assertThat(atOnce).hasSizeGreaterThan(100);

    TrainingLogReader reader = new TrainingLogReader();
    List<LogRecord> byteByByte = new ArrayList<>();
    for (byte one : log) {
      byteByByte.addAll(reader.feed(new byte[] {one}, 1));
    }
    byteByByte.addAll(reader.finish());
    assertThat(byteByByte).isEqualTo(atOnce);

    Random random = new Random(seed);
    TrainingLogReader other = new TrainingLogReader();
    List<LogRecord> inChunks = new ArrayList<>();
    for (int from = 0; from < log.length; ) {
      int to = Math.min(log.length, from + 1 + random.nextInt(5000));
      byte[] chunk = Arrays.copyOfRange(log, from, to + 7 > log.length ? to : to + 7);
      inChunks.addAll(other.feed(chunk, to - from));
      from = to;
    }
    inChunks.addAll(other.finish());
    assertThat(inChunks).isEqualTo(atOnce);
  }

  @Test
  void aLineWithoutEndIsReadInBoundedMemoryAndItsRecordsAreFoundOnce() {
    TrainingLogReader reader = new TrainingLogReader();
    List<LogRecord> found = new ArrayList<>();
    byte[] noise = new byte[1 << 20];
    Arrays.fill(noise, (byte) 'x');
    int records = 40;
    for (int i = 1; i <= records; i++) {
      byte[] step = SampleLogs.iteration(i, 100, 1, 2).getBytes(StandardCharsets.UTF_8);
      found.addAll(reader.feed(step, step.length));
      // Odd lengths, so that the cuts fall everywhere.
      found.addAll(reader.feed(noise, noise.length - 997 * i));
    }
    found.addAll(reader.finish());
    assertThat(found)
        .extracting(log -> ((LogRecord.Iteration) log).iteration())
        .containsExactlyElementsOf(
            java.util.stream.LongStream.rangeClosed(1, records).boxed().toList());
  }

  @Test
  void manyRecordsInOneLongLineAreFoundOnceEach() {
    StringBuilder line = new StringBuilder();
    for (int i = 1; i <= 2000; i++) {
      line.append(SampleLogs.iteration(i, 2000, 1, 2));
    }
    List<LogRecord> found = read(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
    assertThat(found).hasSize(2000);
    assertThat(((LogRecord.Iteration) found.get(1999)).iteration()).isEqualTo(2000);
  }

  @Test
  void survivesWhatIsNoText() {
    byte[] step = SampleLogs.iteration(3, 10, 1, 2).getBytes(StandardCharsets.UTF_8);
    byte[] junk = new byte[200_000];
    new Random(1).nextBytes(junk);
    byte[] nul = new byte[70_000];
    TrainingLogReader reader = new TrainingLogReader();
    List<LogRecord> found = new ArrayList<>(reader.feed(junk, junk.length));
    found.addAll(reader.feed(nul, nul.length));
    found.addAll(reader.feed(step, step.length));
    found.addAll(reader.feed(new byte[] {'\n'}, 1));
    assertThat(found).filteredOn(LogRecord.Iteration.class::isInstance).hasSize(1);
  }

  @Test
  void coloursDoNotHideARecord() {
    String coloured =
        SampleLogs.iteration(3, 10, 1, 2).replace("lm loss", "\u001b[1;31mlm loss\u001b[0m");
    assertThat(step("\u001b[K" + coloured).loss()).hasValue(2);
    assertThat(read("\r 10%|█ | 1/10\r 20%|██| 2/10\r" + SampleLogs.iteration(3, 10, 1, 2)))
        .hasSize(1);
  }

  @Test
  void evidenceIsOneShortPrintableLine() {
    String hostile = "RuntimeError: \u202ex\u0007\u001b]0;title\u0007" + "é".repeat(1000);
    ErrorSignature error = only(LogRecord.ErrorSeen.class, hostile).signature();
    assertThat(error.cause()).isEqualTo(EndCause.USER_CODE);
    assertThat(error.line()).hasSizeLessThanOrEqualTo(300).endsWith("…").doesNotContain("\u202e");
    assertThat(error.line().chars()).noneMatch(Character::isISOControl);
  }

  @Test
  void ordinaryLinesSayNothing() {
    assertThat(
            read(
                "[default0]:building GPT model ...",
                "[default0]: > number of parameters on (tensor, pipeline) model parallel rank (3,"
                    + " 0): 1132938240",
                "time (ms) | forward: 284.78 | backward: 749.95 | optimizer: 13.60",
                "after 1 iterations memory (MB) | allocated: 10857.5625 | max allocated: 26118.2",
                "Evaluating iter 100/100",
                "  exit_interval ................ None",
                "[default0]:[W socket.cpp:401] [c10d] failed to connect (errno: 111 - Connection"
                    + " refused).",
                "Epoch 3: iteration 5 of 10 | lm loss: 3.0"))
        .isEmpty();
  }
}

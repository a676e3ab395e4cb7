package org.bloomery.core.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Writes logs by the format rules of Megatron and its launchers, with invented figures; the same
 * seed gives the same log.
 */
public final class SampleLogs {
  private final Random random;

  public SampleLogs(long seed) {
    random = new Random(seed);
  }

  /** A training record of Megatron-DeepSpeed as BLOOM's recipe prints it. */
  public static String iteration(long iteration, long target, double seconds, double loss) {
    return format(
        " iteration %8d/%8d | consumed samples: %12d | consumed tokens: %12d |"
            + " elapsed time per iteration (s): %.2f | learning rate: %.3E |"
            + " global batch size: %5d | lm loss: %.6E | grad norm: %.3f | num zeros: 0.0 |"
            + " number of skipped iterations: %3d | number of nan iterations: %3d |"
            + " samples per second: %.3f | TFLOPs: %.2f |",
        iteration,
        target,
        iteration * 2048,
        iteration * 2048 * 2048,
        seconds,
        6e-5,
        2048,
        loss,
        0.141,
        0,
        0,
        2048 / seconds,
        150.0);
  }

  /** The form of 2021: milliseconds, a loss scale, no tokens and no throughput. */
  public static String olderIteration(
      long iteration, long target, double milliseconds, double loss) {
    return format(
        " iteration %8d/%8d | consumed samples: %12d | elapsed time per iteration (ms): %.1f |"
            + " learning rate: %.3E | global batch size: %5d | lm loss: %.6E | loss scale: %.1f |"
            + " grad norm: %.3f | num zeros: 0.0 | number of skipped iterations: %3d |"
            + " number of nan iterations: %3d |",
        iteration, target, iteration * 1024, milliseconds, 1e-4, 1024, loss, 32768.0, 0.0, 0, 0);
  }

  /** The form of 2019: no colons. */
  public static String firstIteration(
      long iteration, long target, double milliseconds, double loss) {
    return format(
        " iteration %8d/%8d | elapsed time per iteration (ms): %.1f | learning rate %.3E |"
            + " lm loss %.6E | loss scale %.1f |",
        iteration, target, milliseconds, 1.5e-4, loss, 65536.0);
  }

  /** A record whose loss is not a number: Megatron leaves the field out. */
  public static String nanIteration(long iteration, long target) {
    return format(
        " iteration %8d/%8d | consumed samples: %12d | elapsed time per iteration (s): 1.00 |"
            + " learning rate: 0.000E+00 | global batch size: %5d | grad norm: nan |"
            + " number of skipped iterations:   0 | number of nan iterations:   1 |",
        iteration, target, iteration * 8, 8);
  }

  public static String validation(String name, long iteration, double loss) {
    return format(
        "%s loss at iteration %d | lm loss value: %.6E | lm loss PPL: %.6E | ",
        name, iteration, loss, Math.exp(Math.min(20, loss)));
  }

  public static String saving(long iteration, String directory) {
    return format("saving checkpoint at iteration %7d to %s", iteration, directory);
  }

  public static String saved(long iteration, String directory) {
    return format("  successfully saved checkpoint at iteration %7d to %s", iteration, directory);
  }

  public static String loaded(long iteration, String directory) {
    return format("  successfully loaded checkpoint from %s at iteration %d", directory, iteration);
  }

  public static String mark(String what) {
    return "[" + what + "] datetime: 2031-05-04 08:01:02 ";
  }

  /** Torch elastic's block on the rank that failed first. */
  public static List<String> rootCause(String host, int rank, int exitCode) {
    return List.of(
        "Root Cause (first observed failure):",
        "[0]:",
        "  time      : 2031-05-04_08:04:21",
        "  host      : " + host,
        "  rank      : " + rank + " (local_rank: " + rank % 8 + ")",
        "  exitcode  : " + exitCode + " (pid: 41004)",
        "  error_file: <N/A>",
        exitCode < 0
            ? "  traceback : Signal " + -exitCode + " received by PID 41004"
            : "  traceback : To enable traceback see: the documentation");
  }

  /** A log of a few attempts' worth of lines: ranks, foreign lines, noise, joined lines. */
  public byte[] anyLog(int lines) {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      if (random.nextInt(3) > 0) {
        log.append("[default").append(random.nextInt(8)).append("]:");
      }
      log.append(anyLine(i + 1));
      // Now and then a rank writes its line end too late.
      if (random.nextInt(8) > 0) {
        log.append(random.nextInt(10) == 0 ? "\r\n" : "\n");
      }
    }
    byte[] bytes = log.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (int i = 0; i < lines / 4; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private String anyLine(long i) {
    return switch (random.nextInt(16)) {
      case 0, 1 -> iteration(i, 1000, 105.2, 2.1 + random.nextDouble());
      case 2 -> olderIteration(i, 1000, 23491.4, 2.7);
      case 3 -> nanIteration(i, 1000);
      case 4 -> validation("valid_" + i, i, 2.2);
      case 5 -> saving(i, "/ckpt/run");
      case 6 -> saved(i, "/ckpt/run");
      case 7 -> mark("exiting program after 1190.03 minutes");
      case 8 -> "time (ms) | save-checkpoint: 40100.00";
      case 9 -> "\u001b[32m 37%|███▋      | 37/100\r\u001b[0m 38%|███▊      | 38/100";
      case 10 -> String.join("\n", rootCause("node" + i + "-ib0", (int) i, -9));
      case 11 -> "[2031-05-04 09:04:53] PULSE: x is running for 1:00 (1 on 'p' partition (n[1-3])";
      case 12 -> "Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: no";
      case 13 -> "RuntimeError: CUDA out of memory. Tried to allocate 304.00 MiB";
      case 14 -> anyText();
      default -> "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2031-05-04T08:05:02 ***";
    };
  }

  private String anyText() {
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      pieces.add(
          random.nextBoolean()
              ? "iteration"
              : new String(Character.toChars(random.nextInt(0xd000))));
    }
    return String.join(random.nextBoolean() ? " | " : "[", pieces);
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}

package org.bloomery.core.script;

import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.RunSpec;

/**
 * DeepSpeed's configuration file; it repeats what the command line says, and must agree with it.
 */
final class DeepSpeedConfig {
  private DeepSpeedConfig() {}

  static String of(RunSpec spec) {
    String precision =
        switch (spec.training().precision()) {
          case BF16 -> "  \"bf16\": {\"enabled\": true},\n";
          case FP16 -> "  \"fp16\": {\"enabled\": true},\n";
          case FP32 -> "";
        };
    // Every value is a number: nothing here can need an escape.
    return "{\n"
        + ("  \"train_micro_batch_size_per_gpu\": " + spec.batch().micro() + ",\n")
        + ("  \"train_batch_size\": " + spec.batch().global() + ",\n")
        + ("  \"gradient_clipping\": "
            + PlainNumber.of(spec.training().optimizer().clipGradient())
            + ",\n")
        + ("  \"zero_optimization\": {\"stage\": " + zeroStage(spec) + "},\n")
        + precision
        + "  \"steps_per_print\": 2000,\n"
        + "  \"wall_clock_breakdown\": false\n"
        + "}\n";
  }

  /**
   * How far ZeRO divides the optimizer. DeepSpeed's bf16 optimizer does by itself what stage 1 does
   * and accepts only stage 0; the others are divided by stage 1, so that each data-parallel rank
   * saves a shard of its own in every precision.
   */
  static int zeroStage(RunSpec spec) {
    return spec.training().precision() == Precision.BF16 ? 0 : 1;
  }
}

package org.bloomery.core.script;

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
        + ("  \"zero_optimization\": {\"stage\": " + spec.deepSpeed().zeroStage() + "},\n")
        + precision
        + "  \"steps_per_print\": 2000,\n"
        + "  \"wall_clock_breakdown\": false\n"
        + "}\n";
  }
}

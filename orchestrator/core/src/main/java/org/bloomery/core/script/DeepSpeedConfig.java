package org.bloomery.core.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.spec.DeepSpeed;
import org.bloomery.core.spec.LossScale;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.Training;

/**
 * DeepSpeed's configuration file; it repeats what the command line says, and must agree with it.
 * Every value is a number or a word of ours: nothing here can need an escape.
 */
final class DeepSpeedConfig {
  private final List<String> members = new ArrayList<>();

  private DeepSpeedConfig() {}

  static String of(RunSpec spec) {
    Training training = spec.training();
    DeepSpeedConfig config = new DeepSpeedConfig();
    config.add("train_micro_batch_size_per_gpu", spec.batch().micro());
    config.add("train_batch_size", spec.batch().global());
    config.add("gradient_clipping", PlainNumber.of(training.optimizer().clipGradient()));
    config.add("zero_optimization", zero(spec.deepSpeed()));
    switch (training.precision()) {
      case BF16 -> config.add("bf16", enabled(""));
      case FP16 -> config.add("fp16", enabled(lossScale(training.lossScale())));
      case FP32 -> {}
    }
    training
        .curriculum()
        .ifPresent(growth -> config.add("curriculum_learning", enabled(curriculum(growth))));
    config.add("steps_per_print", spec.deepSpeed().stepsPerPrint());
    config.add("wall_clock_breakdown", spec.deepSpeed().wallClockBreakdown());
    return "{\n" + String.join(",\n", config.members) + "\n}\n";
  }

  private void add(String name, Object value) {
    members.add("  \"" + name + "\": " + value);
  }

  private static String enabled(String rest) {
    return "{\"enabled\": true" + rest + "}";
  }

  private static String zero(DeepSpeed settings) {
    String onCpu = "{\"device\": \"cpu\"}";
    return "{\"stage\": "
        + settings.zeroStage()
        + (settings.offloadOptimizer() ? ", \"offload_optimizer\": " + onCpu : "")
        + (settings.offloadParameters() ? ", \"offload_param\": " + onCpu : "")
        + "}";
  }

  private static String lossScale(Optional<LossScale> scale) {
    return scale.map(given -> given.match(LOSS_SCALE)).orElse("");
  }

  private static final LossScale.Cases<String> LOSS_SCALE =
      new LossScale.Cases<>() {
        @Override
        public String fixed(LossScale.Fixed scale) {
          return ", \"loss_scale\": " + PlainNumber.of(scale.factor());
        }

        /** A factor of zero is DeepSpeed's word for one that it looks for itself. */
        @Override
        public String dynamic(LossScale.Dynamic scale) {
          return ", \"loss_scale\": 0, \"loss_scale_window\": "
              + scale.window()
              + ", \"hysteresis\": "
              + scale.hysteresis()
              + ", \"min_loss_scale\": "
              + PlainNumber.of(scale.minimum())
              + ", \"initial_scale_power\": "
              + scale.initialPower();
        }
      };

  private static String curriculum(Training.Curriculum growth) {
    return ", \"curriculum_type\": \"seqlen\", \"min_difficulty\": "
        + growth.minimum()
        + ", \"max_difficulty\": "
        + growth.maximum()
        + ", \"schedule_type\": \"fixed_linear\", \"schedule_config\": {\"total_curriculum_step\": "
        + growth.iterations()
        + ", \"difficulty_step\": "
        + growth.step()
        + "}";
  }
}

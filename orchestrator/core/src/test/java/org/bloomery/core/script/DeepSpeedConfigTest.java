package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;

/** Goal: DeepSpeed's file says what the spec says, in DeepSpeed's words. */
class DeepSpeedConfigTest {
  @Test
  void everyFieldIsThere() {
    assertThat(DeepSpeedConfig.of(SpecTexts.value(SpecTexts.small())))
        .isEqualTo(
            """
            {
              "train_micro_batch_size_per_gpu": 4,
              "train_batch_size": 16,
              "gradient_clipping": 1,
              "zero_optimization": {"stage": 1, "offload_optimizer": {"device": "cpu"}},
              "fp16": {"enabled": true, "loss_scale": 0, "loss_scale_window": 500, \
            "hysteresis": 2, "min_loss_scale": 1, "initial_scale_power": 12},
              "curriculum_learning": {"enabled": true, "curriculum_type": "seqlen", \
            "min_difficulty": 64, "max_difficulty": 256, "schedule_type": "fixed_linear", \
            "schedule_config": {"total_curriculum_step": 100, "difficulty_step": 8}},
              "steps_per_print": 2000,
              "wall_clock_breakdown": false
            }
            """);
  }

  @Test
  void aFixedLossScaleIsOneNumber() {
    String spec = SpecTexts.small().replaceAll("lossScale: \\{.*\\}", "lossScale: {fixed: 4096}");
    assertThat(DeepSpeedConfig.of(SpecTexts.value(spec)))
        .contains("  \"fp16\": {\"enabled\": true, \"loss_scale\": 4096},\n");
  }

  @Test
  void otherPrecisionsHaveNoLossScale() {
    String none = SpecTexts.small().replaceAll(" *lossScale: .*\n", "");
    String bf16 =
        none.replace("fp16", "bf16")
            .replace("zeroStage: 1", "zeroStage: 0")
            .replace("offloadOptimizer: true", "offloadOptimizer: false");
    assertThat(DeepSpeedConfig.of(SpecTexts.value(bf16)))
        .contains("  \"bf16\": {\"enabled\": true},\n", "{\"stage\": 0}")
        .doesNotContain("fp16", "loss_scale");
    assertThat(DeepSpeedConfig.of(SpecTexts.value(none.replace("fp16", "fp32"))))
        .doesNotContain("fp16", "bf16", "loss_scale");
  }

  @Test
  void stageThreeMayKeepParametersOnTheCpu() {
    String spec =
        SpecTexts.small()
            .replace("zeroStage: 1", "zeroStage: 3")
            .replace("offloadParameters: false", "offloadParameters: true");
    assertThat(DeepSpeedConfig.of(SpecTexts.value(spec)))
        .contains(
            "{\"stage\": 3, \"offload_optimizer\": {\"device\": \"cpu\"},"
                + " \"offload_param\": {\"device\": \"cpu\"}}");
  }
}

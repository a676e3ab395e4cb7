package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One change of a good spec each: exactly the problem that it makes, at its field. */
class RunRulesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "attentionHeads: 8 | attentionHeads: 7 | HEADS_DO_NOT_DIVIDE | spec.model.attentionHeads",
        "maximumPositions: 256 | maximumPositions: 255 | SEQUENCE_TOO_LONG |"
            + " spec.model.sequenceLength",
        "pipeline: 1, | pipeline: 2, | - | -",
        "layers: 4 | layers: 1_000 | - | -",
        "tensor: 1, | tensor: 4, | TENSOR_SPANS_NODES | spec.parallelism.tensor",
        "tensor: 1, | tensor: 4, | DEVICES_DO_NOT_DIVIDE | spec.resources.nodes",
        "pipeline: 1, | pipeline: 4, | LAYERS_DO_NOT_DIVIDE | spec.model.layers",
        "vocabularySize: 384 | vocabularySize: 385 | VOCABULARY_PADDING"
            + " | spec.model.vocabularySize",
        "layers: 4 | layers: 3 | - | -",
        "exitDuration: 25m | exitDuration: 28m | NEVER_LEAVES_BY_ITSELF |"
            + " spec.launcher.exitDuration",
        "exitDuration: 25m | exitDuration: 27m | - | -",
        "precision: fp16 | precision: bf16 | NUMBER_FORMAT | spec.training.lossScale",
        "precision: fp16 | precision: bf16 | NUMBER_FORMAT | spec.deepSpeed.zeroStage",
        "initialPower: 12 | fixed: 4096 | NUMBER_FORMAT | spec.training.lossScale.window",
        "zeroStage: 1 | zeroStage: 0 | ZERO_STAGE | spec.deepSpeed.offloadOptimizer",
        "offloadParameters: false | offloadParameters: true | ZERO_STAGE |"
            + " spec.deepSpeed.offloadParameters",
        "{minimum: 64, | {minimum: 264, | CURRICULUM | spec.training.curriculum.minimum",
        "maximum: 256, | maximum: 264, | CURRICULUM | spec.training.curriculum.maximum",
        "step: 8} | step: 128} | CURRICULUM | spec.training.curriculum.minimum",
        "last: 40 | last: 30 | SKIPPED_ITERATIONS | spec.training.skipIterations[0].last",
        "first: 51 | first: 40 | SKIPPED_ITERATIONS | spec.training.skipIterations[1].first",
        "mergesFile: | path: | TOKENIZER | spec.data.tokenizer.path",
        "mergesFile: | path: | TOKENIZER | spec.data.tokenizer.type",
        "GPT2BPETokenizer | PretrainedFromHF | - | -",
        "to: 0.9} | to: 0} | OUT_OF_RANGE | spec.data.mixture[0].documents.to",
        "{from: 0, to: 0.9} | {from: 0.95} | DOCUMENTS | spec.data.mixture[0].documents.from",
        "{from: 0, to: 1} | {to: 0.95} | DOCUMENTS |"
            + " spec.data.validation[0].parts[1].documents.to",
        "{from: 0, to: 1} | {to: 0.96} | - | -",
        "mail-user: | output: | NOT_A_CHOICE | spec.resources.extraSbatch.output",
        "--wait=60 | --jobid=1 | NOT_ALLOWED_TEXT | spec.launcher.srunArguments[0]",
        "gloo] | --zero-stage=3] | RESERVED_NAME | spec.launcher.extraArguments[1]",
        "global: 16 | global: 20 | BATCH_DOES_NOT_DIVIDE | spec.batch.global",
        "start: 8 | start: 12 | BATCH_DOES_NOT_DIVIDE | spec.batch.rampUp.start",
        "start: 8 | start: 16 | RAMP_UP | spec.batch.rampUp.start",
        "increment: 8 | increment: 16 | RAMP_UP | spec.batch.rampUp.increment",
        "global: 16 | global: 800_008 | RAMP_UP | spec.batch.rampUp.increment",
        "samples: 3_200 | samples: 15 | TOO_FEW_SAMPLES | spec.training.samples",
        "minimum: 1e-4 | minimum: 1e-2 | LEARNING_RATE | spec.training.learningRate.minimum",
        "warmupSamples: 160 | warmupSamples: 3_200 | LEARNING_RATE |"
            + " spec.training.learningRate.warmupSamples",
        "weight: .25 | weight: .26 | MIXTURE | spec.data.mixture[0].weight",
        "weight: .25 | weight: .2505 | - | -",
        "name: code | name: fr | MIXTURE | spec.data.mixture[1].name",
        "exitDuration: 25m | exitDuration: 30m | NEVER_LEAVES_BY_ITSELF |"
            + " spec.launcher.exitDuration",
        "exitDuration: 25m | exitDuration: 90s | EXIT_DURATION | spec.launcher.exitDuration",
        "first: 5s | first: 11m | BACKOFF | spec.restart.backoff.first",
        "gloo] | --load=/x] | RESERVED_NAME | spec.launcher.extraArguments[1]",
        "gloo] | --sav] | RESERVED_NAME | spec.launcher.extraArguments[1]",
        "GLOO_SOCKET_IFNAME: | SLURM_JOB_ID: | RESERVED_NAME |"
            + " spec.launcher.environment.SLURM_JOB_ID",
        "gpuHours: 2 | gpuHours: 0 | OUT_OF_RANGE | spec.budget.gpuHours",
        "everyIterations: 20 | everyIterations: 0 | OUT_OF_RANGE | spec.checkpoint.everyIterations",
        "script: \"${SPEC_DIR} | script: \"${SPECDIR} | UNKNOWN_VARIABLE | spec.launcher.script",
      })
  void eachRuleIsJudgedAtItsField(String good, String bad, String code, String path) {
    assertThat(SpecTexts.small()).contains(good);
    var found = SpecTexts.problems(SpecTexts.small().replace(good, bad));
    SpecTexts.assertJudged(found, code, path);
  }
}

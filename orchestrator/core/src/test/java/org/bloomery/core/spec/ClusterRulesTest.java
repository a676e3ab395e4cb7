package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bloomery.core.spec.YamlNode.Mark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specs against the profiles of Jean Zay: what the site would refuse, and what would surprise. */
class ClusterRulesTest {
  private static final List<ClusterProfile> SHIPPED =
      List.copyOf(SampleClusters.shipped().values());

  /** BLOOM-176B as it ran. */
  private static String bloom() {
    return SpecTexts.resource("bloom-176b.yaml")
        .replace("cluster: a100", "cluster: jean-zay-a100")
        .replace(
            "script: /code/pretrain_gpt.py,",
            "script: /code/pretrain_gpt.py, setup: [module load cuda/11.4.3, conda activate x],"
                + " environment: {HF_DATASETS_OFFLINE: \"1\", TRANSFORMERS_OFFLINE: \"1\"},");
  }

  /** The same on V100, as the smaller models trained: 4 GPUs a node, fp16, 20 h. */
  private static String onV100() {
    return bloom()
        .replace("jean-zay-a100", "jean-zay-v100")
        .replace("six@a100", "six@v100")
        .replace("gpu_p5", "gpu_p13")
        .replace("constraint: a100", "constraint: v100-32g")
        .replace("qos_gpu-gc", "qos_gpu-t3")
        .replace("gpusPerNode: 8", "gpusPerNode: 4")
        .replace("nodes: 48", "nodes: 96")
        .replace("timeLimit: 100h", "timeLimit: 20h")
        .replace("5990m", "1190m")
        .replace("bf16", "fp16");
  }

  private static List<SpecProblem> problems(String text) {
    return SpecBinder.bindRun("bloom.yaml", text, SpecTexts.CONTEXT, SHIPPED).problemList();
  }

  private static String first(String text) {
    return problems(text).get(0).text();
  }

  @Test
  void bloomAsItRanIsGoodButNeedsItsGrant() {
    assertThat(SpecBinder.bindRun("bloom.yaml", bloom(), SpecTexts.CONTEXT, SHIPPED))
        .isInstanceOf(Bound.Value.class);
    assertThat(problems(bloom()))
        .extracting(SpecProblem::text)
        .containsExactly(
            "bloom.yaml:12:10 warning SPEC-074 spec.resources.qos: the site gives qos_gpu-gc to"
                + " chosen projects only. Make sure that yours is one: the job would be refused.");
    assertThat(problems(onV100())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A100 | cluster: jean-zay-a100 | cluster: jean-zay-b100 | NOT_ON_THIS_CLUSTER |"
            + " spec.cluster",
        "A100 | partition: gpu_p5 | partition: gpu_5 | UNKNOWN_PARTITION |"
            + " spec.resources.partition",
        "A100 | partition: gpu_p5 | exclude: [] | - | -",
        "A100 | constraint: a100 | exclude: [] | CONSTRAINT | spec.resources.partition",
        "A100 | constraint: a100 | constraint: v100-32g | CONSTRAINT | spec.resources.constraint",
        "V100 | constraint: v100-32g | exclude: [] | - | -",
        "V100 | constraint: v100-32g | constraint: v100-16g | - | -",
        "V100 | constraint: v100-32g | constraint: v100-64g | CONSTRAINT |"
            + " spec.resources.constraint",
        "A100 | six@a100 | six@v100 | ACCOUNT | metadata.account",
        "A100 | six@a100 | six | ACCOUNT | metadata.account",
        "V100 | six@v100 | six@gpu | ACCOUNT | metadata.account",
        "A100 | qos: qos_gpu-gc | qos: qos_gpu_a100-t3 | QOS | spec.resources.qos",
        "V100 | qos: qos_gpu-t3 | qos: qos_gpu-gc | QOS | spec.resources.qos",
        "A100 | qos: qos_gpu-gc | exclude: [] | TIME_LIMIT | spec.resources.timeLimit",
        "V100 | qos: qos_gpu-t3 | exclude: [] | - | -",
        "A100 | qos: qos_gpu-gc | qos: qos_gpu-t3 | TIME_LIMIT | spec.resources.timeLimit",
        "V100 | qos: qos_gpu-t3 | qos: qos_gpu-dev | TIME_LIMIT | spec.resources.timeLimit",
        "A100 | timeLimit: 100h | timeLimit: 101h | TIME_LIMIT | spec.resources.timeLimit",
        "V100 | timeLimit: 20h | timeLimit: 9m | SHORT_TIME_LIMIT | spec.resources.timeLimit",
        "A100 | timeLimit: 100h | timeLimit: soon | NOT_A_DURATION | spec.resources.timeLimit",
        "A100 | nodes: 48 | nodes: many | NOT_A_NUMBER | spec.resources.nodes",
        "A100 | nodes: 48 | nodes: 54 | TOO_MANY_NODES | spec.resources.nodes",
        "A100 | nodes: 48 | nodes: 24 | - | -",
        "V100 | nodes: 96 | nodes: 192 | TOO_MANY_GPUS | spec.resources.nodes",
        "V100 | qos: qos_gpu-t3 | qos: qos_gpu-t4 | TOO_MANY_GPUS | spec.resources.nodes",
        "A100 | gpusPerNode: 8 | gpusPerNode: 16 | NOT_ON_THIS_CLUSTER |"
            + " spec.resources.gpusPerNode",
        "A100 | gpusPerNode: 8 | gpusPerNode: 4 | CHARGED_FOR_MORE | spec.resources.gpusPerNode",
        "A100 | precision: bf16 | precision: fp16 | - | -",
        "V100 | precision: fp16 | precision: bf16 | SLOW_PRECISION | spec.training.precision",
        "V100 | TRANSFORMERS_OFFLINE: \"1\" | HF_HUB_OFFLINE: \"YES\" | - | -",
        "V100 | TRANSFORMERS_OFFLINE: \"1\" | TRANSFORMERS_OFFLINE: \"0\" | NEEDS_INTERNET |"
            + " spec.data.tokenizer.name",
        "V100 | PretrainedFromHF, name: bigscience/tokenizer | NullTokenizer | - | -",
        "V100 | conda activate x | conda install -y x | NEEDS_INTERNET | spec.launcher.setup[1]",
        "V100 | conda activate x | git clone y | NEEDS_INTERNET | spec.launcher.setup[1]",
        "V100 | conda activate x | python -m pip install x | NEEDS_INTERNET |"
            + " spec.launcher.setup[1]",
        "V100 | conda activate x | ./install conda | - | -",
      })
  void eachRuleIsJudgedAtItsField(
      String devices, String good, String bad, String code, String path) {
    String text = devices.equals("A100") ? bloom() : onV100();
    assertThat(text).contains(good);
    List<SpecProblem> found =
        problems(text.replace(good, bad)).stream()
            .filter(problem -> problem.code() != SpecCode.GRANT_NEEDED)
            .toList();
    SpecTexts.assertJudged(found, code, path);
  }

  @Test
  void aRefusalSaysWhatTheSiteWouldSayAndWhatWasMeant() {
    assertThat(first(bloom().replace("six@a100", "six@v100")))
        .isEqualTo(
            "bloom.yaml:4:41 SPEC-062 metadata.account: accounts that compute in gpu_p5 end in"
                + " @a100; with 'six@v100' SLURM would answer: Invalid account or"
                + " account/partition combination. Did you mean 'six@a100'?");
    assertThat(first(bloom().replace("partition: gpu_p5", "partition: gpu_5")))
        .endsWith(
            "jean-zay-a100 has no partition 'gpu_5'. Did you mean 'gpu_p5'? Its partitions:"
                + " gpu_p5.");
    assertThat(first(bloom().replace("    constraint: a100\n", "")))
        .endsWith("gpu_p5 is given only to jobs with the constraint a100. Add constraint: a100.");
    assertThat(first(bloom().replace("    qos: qos_gpu-gc\n", "")))
        .endsWith(
            "100h exceeds the 20h of qos_gpu-t3, which a job gets that names none. Each job gets"
                + " that time, and the run goes on in the next one by itself. For longer jobs ask"
                + " for qos_gpu-gc (for chosen projects).");
    assertThat(first(onV100().replace("qos_gpu-t3", "qos_gpu-t4")))
        .endsWith(
            "384 GPUs exceed the 16 of one job in qos_gpu-t4. Ask for fewer, or for another"
                + " quality of service.");
    assertThat(first(onV100().replace("gpusPerNode: 4", "gpusPerNode: 1")))
        .contains("96 GPUs are used, but 384 are charged. Use all 4 GPUs of each node.");
  }

  /** One node of gpu_p5 with what is asked of it, as far as it is known. */
  private static List<SpecProblem> onOneNode(long gpus, long cores, boolean exclusive) {
    ProblemList problems = new ProblemList("one.yaml");
    Binding binding = new Binding(problems, SpecTexts.CONTEXT);
    binding.remember("spec.resources.nodes", 1L, Mark.startOf("one.yaml"));
    binding.remember("spec.resources.gpusPerNode", gpus, Mark.startOf("one.yaml"));
    binding.remember("spec.resources.cpusPerTask", cores, Mark.startOf("one.yaml"));
    binding.remember("spec.resources.exclusive", exclusive, Mark.startOf("one.yaml"));
    ClusterProfile jeanZay = SampleClusters.shipped().get("jean-zay-a100");
    NodeRules.check(new Facts(binding), jeanZay, jeanZay.partitions().get(0));
    return problems.sorted();
  }

  @Test
  void coresAreJudgedByTheShareOfTheirGpus() {
    assertThat(onOneNode(2, 16, false)).isEmpty();
    assertThat(onOneNode(1, 64, false))
        .extracting(SpecProblem::text)
        .containsExactly(
            "one.yaml:1:1 warning SPEC-067 spec.resources.cpusPerTask: 1 GPUs are used, but 8 are"
                + " charged. Ask for no more cores than the GPUs come with: 8.");
    assertThat(onOneNode(8, 65, false))
        .extracting(SpecProblem::code)
        .contains(SpecCode.TOO_MANY_CORES);
    assertThat(onOneNode(2, 10, false))
        .extracting(SpecProblem::code)
        .containsExactly(SpecCode.FEW_CORES);
    assertThat(onOneNode(2, 16, true))
        .extracting(SpecProblem::path)
        .containsExactly("spec.resources.gpusPerNode");
  }

  @Test
  void aSiteWithOneJobPerUserHasNoRoomForASuccessor() {
    String text = SpecTexts.resource("cluster.yaml");
    assertThat(onSite(text)).isEmpty();
    assertThat(onSite(text.replace("submittedJobs: 100", "submittedJobs: 1")))
        .extracting(SpecProblem::code)
        .containsExactly(SpecCode.SUBMIT_LIMIT);
    assertThat(onSite(text.replace("submittedJobs: 10\n", "submittedJobs: 1\n")))
        .extracting(SpecProblem::code)
        .containsExactly(SpecCode.SUBMIT_LIMIT);
    assertThat(onSite(text.replace("gpusPerUser: 400", "gpusPerUser: 300")))
        .extracting(SpecProblem::message)
        .containsExactly("384 GPUs exceed the 300 of all jobs of one user together in long");
  }

  /** Problems of BLOOM on a site with this profile. */
  private static List<SpecProblem> onSite(String profile) {
    List<ClusterProfile> known = List.of(SampleClusters.value("cluster.yaml", profile));
    String text =
        bloom()
            .replace("jean-zay-a100", "every-field")
            .replace("partition: gpu_p5", "partition: gpu")
            .replace("qos_gpu-gc", "long")
            // Its scratch is purged, which is another story.
            .replace("{last: 15, every: 1000}", "{last: 15}");
    return SpecBinder.bindRun("bloom.yaml", text, SpecTexts.CONTEXT, known).problemList();
  }
}

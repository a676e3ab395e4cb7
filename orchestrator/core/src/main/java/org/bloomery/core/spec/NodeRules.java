package org.bloomery.core.spec;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bloomery.core.ledger.BillingRule;

/** Whether the nodes of a partition can run what is asked of them, and what that is charged. */
final class NodeRules {
  private static final String NODES = "spec.resources.nodes";
  private static final String GPUS = "spec.resources.gpusPerNode";
  private static final String CORES = "spec.resources.cpusPerTask";
  private static final String EXCLUSIVE = "spec.resources.exclusive";
  private static final String PRECISION = "spec.training.precision";
  private static final String TOKENIZER = "spec.data.tokenizer";
  private static final String SETUP = "spec.launcher.setup";
  private static final String ENVIRONMENT = "spec.launcher.environment.";

  private static final Pattern DOWNLOADS =
      Pattern.compile(
          "(.*/)?(python[0-9.]* -m )?(curl|wget|git (clone|pull|fetch)"
              + "|(pip[0-9.]*|uv|conda|mamba|micromamba) (.* )?(install|create|update)"
              + "|(huggingface-cli|hf) download)( .*)?");
  private static final List<String> YES = List.of("1", "true", "yes", "on");

  private final Facts facts;
  private final ClusterProfile cluster;
  private final Partition partition;

  private NodeRules(Facts facts, ClusterProfile cluster, Partition partition) {
    this.facts = facts;
    this.cluster = cluster;
    this.partition = partition;
  }

  static void check(Facts facts, ClusterProfile cluster, Partition partition) {
    NodeRules rules = new NodeRules(facts, cluster, partition);
    if (rules.fits()) {
      rules.cores();
      rules.charge();
    }
    rules.precision();
    rules.internet();
  }

  /** Whether there are so many nodes with so many devices. */
  private boolean fits() {
    boolean fits = facts.has(NODES, GPUS);
    if (facts.has(GPUS) && facts.whole(GPUS) > partition.devicesPerNode()) {
      facts.problem(
          SpecCode.NOT_ON_THIS_CLUSTER,
          GPUS,
          facts.whole(GPUS)
              + " exceeds the "
              + partition.devicesPerNode()
              + " devices of a node of "
              + partition.name(),
          "Lower gpusPerNode or choose another partition or cluster.");
      fits = false;
    }
    if (facts.has(NODES) && facts.whole(NODES) > partition.nodes()) {
      facts.problem(
          SpecCode.TOO_MANY_NODES,
          NODES,
          facts.whole(NODES)
              + " nodes are more than the "
              + partition.nodes()
              + " of "
              + partition.name(),
          "Lower nodes or choose another partition or cluster.");
      fits = false;
    }
    return fits;
  }

  private void cores() {
    if (!facts.has(CORES)) {
      return;
    }
    long cores = facts.whole(CORES);
    if (partition.coresPerNode().isPresent() && cores > partition.coresPerNode().getAsInt()) {
      facts.problem(
          SpecCode.TOO_MANY_CORES,
          CORES,
          cores
              + " exceeds the "
              + partition.coresPerNode().getAsInt()
              + " cores of a node of "
              + partition.name(),
          "Lower it, or remove it: the job then gets the cores that its GPUs come with.");
      return;
    }
    if (partition.coresPerDevice().isPresent()) {
      long share = facts.whole(GPUS) * partition.coresPerDevice().getAsInt();
      if (cores < share) {
        facts.problem(
            SpecCode.FEW_CORES,
            CORES,
            facts.whole(GPUS)
                + " GPUs of "
                + partition.name()
                + " come with "
                + share
                + " cores, and "
                + cores
                + " cost as much",
            "Ask for " + share + ", or remove it: on many sites memory follows cores.");
      }
    }
  }

  private void charge() {
    long nodes = facts.whole(NODES);
    long gpus = nodes * facts.whole(GPUS);
    long coresPerTask =
        facts.has(CORES)
            ? facts.whole(CORES)
            : facts.whole(GPUS) * partition.coresPerDevice().orElse(0);
    boolean exclusive =
        (facts.has(EXCLUSIVE) && facts.value(EXCLUSIVE, Boolean.class))
            || (nodes > 1 && cluster.jobRules().exclusiveOnSeveralNodes());
    long charged =
        cluster
            .billing()
            .chargedDevices(
                new BillingRule.Given(
                    Math.toIntExact(nodes),
                    gpus,
                    nodes * coresPerTask * partition.threadsPerCore(),
                    exclusive),
                partition.nodeKind());
    if (charged > gpus) {
      facts.problem(
          SpecCode.CHARGED_FOR_MORE,
          nodes == 1 && facts.has(CORES) && !exclusive ? CORES : GPUS,
          gpus + " GPUs are used, but " + charged + " are charged",
          exclusive || nodes > 1
              ? "Use all " + partition.devicesPerNode() + " GPUs of each node."
              : "Ask for no more cores than the GPUs come with: "
                  + facts.whole(GPUS) * partition.coresPerDevice().orElse(0)
                  + ".");
    }
  }

  private void precision() {
    if (!facts.has(PRECISION)) {
      return;
    }
    Precision asked = facts.value(PRECISION, Precision.class);
    if (!partition.device().precisions().contains(asked)) {
      facts.problem(
          SpecCode.SLOW_PRECISION,
          PRECISION,
          "a " + partition.device().type() + " does not compute fast in " + asked.word(),
          "It does in "
              + String.join(
                  ", ", partition.device().precisions().stream().map(Precision::word).toList())
              + ".");
    }
  }

  private void internet() {
    if (partition.internet()) {
      return;
    }
    for (int i = 0; i < facts.size(SETUP); i++) {
      String path = SETUP + "[" + i + "]";
      Optional<String> command = facts.word(path);
      if (command.isPresent() && DOWNLOADS.matcher(command.get()).matches()) {
        facts.problem(
            SpecCode.NEEDS_INTERNET,
            path,
            "the nodes of " + partition.name() + " do not reach the internet, and this needs it",
            "Do it once, beforehand, where the internet is reached.");
      }
    }
    boolean fromHub =
        facts.word(TOKENIZER + ".type").equals(Optional.of("PretrainedFromHF"))
            && facts.has(TOKENIZER + ".name");
    if (fromHub && !isSet("TRANSFORMERS_OFFLINE") && !isSet("HF_HUB_OFFLINE")) {
      facts.problem(
          SpecCode.NEEDS_INTERNET,
          TOKENIZER + ".name",
          "the nodes of "
              + partition.name()
              + " do not reach the internet, where this tokenizer would be looked for",
          "Download it beforehand, and set TRANSFORMERS_OFFLINE, HF_HUB_OFFLINE and"
              + " HF_DATASETS_OFFLINE to 1 in launcher.environment.");
    }
  }

  private boolean isSet(String variable) {
    return facts
        .word(ENVIRONMENT + variable)
        .filter(value -> YES.contains(value.toLowerCase(Locale.ROOT)))
        .isPresent();
  }
}

package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** What SLURM would refuse at one site, by the limits that its profile tells of. */
final class QueueRules {
  private static final String RUN_ACCOUNT = "metadata.account";
  private static final String SLURM_ACCOUNT = "spec.resources.slurmAccount";
  private static final String NODES = "spec.resources.nodes";
  private static final String GPUS = "spec.resources.gpusPerNode";
  private static final String CONSTRAINT = "spec.resources.constraint";
  private static final String QOS = "spec.resources.qos";
  private static final String TIME_LIMIT = "spec.resources.timeLimit";
  private static final String HINT = "spec.resources.hint";

  private static final String GOES_ON =
      "Each job gets that time, and the run goes on in the next one by itself.";

  /** A run has its current job and a prepared successor in the queue. */
  private static final int JOBS_OF_A_RUN = 2;

  private final Facts facts;
  private final ClusterProfile cluster;
  private final Partition partition;

  private QueueRules(Facts facts, ClusterProfile cluster, Partition partition) {
    this.facts = facts;
    this.cluster = cluster;
    this.partition = partition;
  }

  static void check(Facts facts, ClusterProfile cluster, Partition partition) {
    QueueRules rules = new QueueRules(facts, cluster, partition);
    rules.constraint();
    rules.account();
    rules.hint();
    rules.partitionTime();
    rules.submitLimit(cluster.jobRules().submittedJobs(), "a user");
    rules.qos().ifPresent(rules::limits);
  }

  private void constraint() {
    List<String> known = partition.constraints().stream().map(Partition.Constraint::name).toList();
    if (known.isEmpty()) {
      return;
    }
    String choice = String.join(" or ", known);
    Optional<String> asked = facts.word(CONSTRAINT);
    if (asked.isEmpty() && partition.constraintRequired()) {
      facts.problem(
          SpecCode.CONSTRAINT,
          facts.has("spec.resources.partition") ? "spec.resources.partition" : NODES,
          partition.name() + " is given only to jobs with the constraint " + choice,
          "Add constraint: " + known.get(0) + ".");
    } else if (asked.isPresent() && !known.contains(asked.get())) {
      facts.problem(
          SpecCode.CONSTRAINT,
          CONSTRAINT,
          "no node of " + partition.name() + " has the feature " + Shown.quoted(asked.get()),
          Nearest.question(asked.get(), known) + "Choose " + choice + ".");
    }
  }

  private void account() {
    String path = facts.has(SLURM_ACCOUNT) ? SLURM_ACCOUNT : RUN_ACCOUNT;
    Optional<String> account = facts.word(path);
    Optional<String> suffix = partition.accountSuffix();
    if (account.isEmpty() || suffix.isEmpty() || account.get().endsWith(suffix.get())) {
      return;
    }
    String project = account.get().split("@", 2)[0];
    facts.problem(
        SpecCode.ACCOUNT,
        path,
        "accounts that compute in "
            + partition.name()
            + " end in "
            + suffix.get()
            + "; with "
            + Shown.quoted(account.get())
            + " SLURM would answer: Invalid account or account/partition combination",
        "Did you mean '" + project + suffix.get() + "'?");
  }

  private void hint() {
    Optional<String> wanted = cluster.jobRules().hint();
    Optional<String> asked = facts.word(HINT);
    if (wanted.isPresent() && asked.isPresent() && !asked.equals(wanted)) {
      facts.problem(
          SpecCode.HINT,
          HINT,
          "jobs on " + cluster.name() + " carry the hint " + wanted.get(),
          "Remove the field: every job gets the site's hint by itself.");
    }
  }

  private void partitionTime() {
    longest(partition.maximumTime(), partition.name(), () -> GOES_ON);
    partition.defaultTime().filter(this::isAboveTheLimit).ifPresent(this::tooShort);
  }

  private void tooShort(Duration given) {
    facts.problem(
        SpecCode.SHORT_TIME_LIMIT,
        TIME_LIMIT,
        TimeSpan.words(facts.duration(TIME_LIMIT))
            + " is less than the "
            + TimeSpan.words(given)
            + " that a job of "
            + partition.name()
            + " gets that names none",
        "Leave time for the start, which takes minutes on many nodes, and for a save.");
  }

  private void longest(Optional<Duration> most, String whose, Supplier<String> advice) {
    if (facts.has(TIME_LIMIT) && !reaches(most)) {
      facts.problem(
          SpecCode.TIME_LIMIT,
          TIME_LIMIT,
          TimeSpan.words(facts.duration(TIME_LIMIT))
              + " exceeds the "
              + TimeSpan.words(most.orElseThrow())
              + " of "
              + whose,
          advice.get());
    }
  }

  private boolean isAboveTheLimit(Duration time) {
    return facts.has(TIME_LIMIT) && time.compareTo(facts.duration(TIME_LIMIT)) > 0;
  }

  /** Whether a maximum, if there is one, allows the run's time limit. */
  private boolean reaches(Optional<Duration> most) {
    return most.isEmpty() || most.get().compareTo(facts.duration(TIME_LIMIT)) >= 0;
  }

  /** The quality of service that the run gets, if the profile knows it and it is valid. */
  private Optional<QualityOfService> qos() {
    Optional<String> asked = facts.word(QOS);
    Optional<QualityOfService> found = cluster.qos(asked, partition);
    if (asked.isEmpty() || cluster.qos().isEmpty()) {
      return found;
    }
    List<String> valid =
        cluster.qos().stream()
            .filter(one -> one.isValidIn(partition))
            .map(QualityOfService::name)
            .toList();
    if (found.isPresent() && found.get().isValidIn(partition)) {
      return found;
    }
    String name = Shown.quoted(asked.get());
    facts.problem(
        SpecCode.QOS,
        QOS,
        found.isPresent()
            ? "the quality of service " + name + " is not valid in " + partition.name()
            : cluster.name() + " has no quality of service " + name,
        Nearest.question(asked.get(), valid)
            + "Valid in "
            + partition.name()
            + ": "
            + String.join(", ", valid)
            + ".");
    return Optional.empty();
  }

  private void limits(QualityOfService qos) {
    if (qos.grantNeeded()) {
      facts.problem(
          SpecCode.GRANT_NEEDED,
          QOS,
          "the site gives " + qos.name() + " to chosen projects only",
          "Make sure that yours is one: the job would be refused.");
    }
    longest(qos.maximumTime(), named(qos), this::longer);
    gpus(qos, qos.gpusPerJob(), "one job");
    gpus(qos, qos.gpusPerUser(), "all jobs of one user together");
    submitLimit(qos.submittedJobs(), "a user of " + qos.name());
  }

  private String named(QualityOfService qos) {
    return facts.has(QOS) ? qos.name() : qos.name() + ", which a job gets that names none";
  }

  /** What a time limit that is too long leads to, and where there is more. */
  private String longer() {
    List<String> enough =
        cluster.qos().stream()
            .filter(one -> one.isValidIn(partition))
            .filter(one -> reaches(one.maximumTime()))
            .map(one -> one.name() + (one.grantNeeded() ? " (for chosen projects)" : ""))
            .toList();
    return enough.isEmpty()
        ? GOES_ON
        : GOES_ON + " For longer jobs ask for " + String.join(" or ", enough) + ".";
  }

  private void gpus(QualityOfService qos, OptionalInt most, String whose) {
    if (most.isEmpty() || !facts.has(NODES, GPUS)) {
      return;
    }
    long asked = facts.whole(NODES) * facts.whole(GPUS);
    if (asked > most.getAsInt()) {
      facts.problem(
          SpecCode.TOO_MANY_GPUS,
          NODES,
          asked + " GPUs exceed the " + most.getAsInt() + " of " + whose + " in " + named(qos),
          "Ask for fewer, or for another quality of service.");
    }
  }

  private void submitLimit(OptionalInt most, String who) {
    if (most.isPresent() && most.getAsInt() < JOBS_OF_A_RUN) {
      facts.problem(
          SpecCode.SUBMIT_LIMIT,
          facts.has(QOS) ? QOS : NODES,
          who + " may have " + most.getAsInt() + " job in the queue and running",
          "The next job of the run is submitted only when this one is over.");
    }
  }
}

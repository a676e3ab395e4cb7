package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.ledger.BillingRule;

/** The parts of a cluster profile that say what a job may ask for, and what it is charged. */
final class QueueSchema {
  private static final WholeNumber JOBS = WholeNumber.positive();
  private static final WholeNumber GPUS = WholeNumber.positive();

  private static final Field<String> NAME =
      Field.required("name", Words.name("a quality of service"), "as SLURM calls it");
  private static final Field<List<String>> PARTITIONS =
      Field.required(
          "partitions",
          new ListOf<>(Words.name("a partition's name"), 1, 100),
          "the partitions in which it is valid");
  private static final Field<Boolean> DEFAULT =
      Field.withDefault("default", new Flag(), false, "whether a job that names none gets it");
  private static final Field<Optional<Duration>> MAXIMUM_TIME =
      Field.optional(
          "maximumTime",
          new TimeSpan(Duration.ofMinutes(1), Duration.ofDays(366)),
          "the longest time limit, such as 20h");
  private static final Field<Optional<Long>> GPUS_PER_JOB =
      Field.optional("gpusPerJob", GPUS, "the most GPUs of one job");
  private static final Field<Optional<Long>> GPUS_PER_USER =
      Field.optional("gpusPerUser", GPUS, "the most GPUs of one user's running jobs");
  private static final Field<Optional<Long>> QOS_JOBS =
      Field.optional("submittedJobs", JOBS, "the most jobs that one user may have in it");
  private static final Field<Boolean> GRANT =
      Field.withDefault(
          "grantNeeded", new Flag(), false, "whether the site gives it to chosen projects only");
  static final ObjectOf<QualityOfService> QOS =
      new ObjectOf<>(
          List.of(
              NAME,
              PARTITIONS,
              DEFAULT,
              MAXIMUM_TIME,
              GPUS_PER_JOB,
              GPUS_PER_USER,
              QOS_JOBS,
              GRANT),
          v ->
              new QualityOfService(
                  v.get(NAME),
                  v.get(PARTITIONS),
                  v.get(DEFAULT),
                  v.get(MAXIMUM_TIME),
                  v.optionalInteger(GPUS_PER_JOB),
                  v.optionalInteger(GPUS_PER_USER),
                  v.optionalInteger(QOS_JOBS),
                  v.get(GRANT)));

  private static final TimeSpan OVER_TIME = new TimeSpan(Duration.ZERO, Duration.ofDays(7));
  private static final Field<Optional<String>> HINT =
      Field.optional(
          "hint", Words.name("a value of --hint"), "every job's --hint, such as nomultithread");
  private static final Field<Boolean> EXCLUSIVE =
      Field.withDefault(
          "exclusiveOnSeveralNodes",
          new Flag(),
          false,
          "whether a job on several nodes has them to itself");
  private static final Field<Optional<Long>> USER_JOBS =
      Field.optional("submittedJobs", JOBS, "the most jobs that one user may have");
  private static final Field<Optional<Boolean>> AGE_GROWS =
      Field.optional(
          "ageOfDependentJobsGrows",
          new Flag(),
          "whether a job that waits for another gains priority by its age");
  private static final Field<Optional<Boolean>> REQUEUES =
      Field.optional("requeues", new Flag(), "whether SLURM starts a job again whose node failed");
  private static final Field<Duration> OVER_TIME_LIMIT =
      Field.withDefault(
          "overTimeLimit", OVER_TIME, Duration.ZERO, "SLURM's OverTimeLimit, such as 5m");
  private static final Field<Optional<Duration>> UNKILLABLE =
      Field.optional("unkillableTime", OVER_TIME, "SLURM's UnkillableStepTimeout, such as 3m");
  private static final Field<Optional<String>> MASTER_ADDRESS =
      Field.optional(
          "masterAddress",
          Words.of("an address", "letters, digits and . : -", "[A-Za-z0-9.:-]+", 255),
          "address of a job's first node, where the names of nodes do not resolve");
  static final ObjectOf<JobRules> JOB_RULES =
      new ObjectOf<>(
          List.of(
              HINT,
              EXCLUSIVE,
              USER_JOBS,
              AGE_GROWS,
              REQUEUES,
              OVER_TIME_LIMIT,
              UNKILLABLE,
              MASTER_ADDRESS),
          v ->
              new JobRules(
                  v.get(HINT),
                  v.get(EXCLUSIVE),
                  v.optionalInteger(USER_JOBS),
                  v.get(AGE_GROWS),
                  v.get(REQUEUES),
                  v.get(OVER_TIME_LIMIT),
                  v.get(UNKILLABLE),
                  v.get(MASTER_ADDRESS)));

  private static final Field<Boolean> BY_CORES =
      Field.withDefault(
          "byCores",
          new Flag(),
          false,
          "whether cores beyond coresPerDevice are charged as the devices they belong to");
  private static final Field<Boolean> WHOLE_NODES =
      Field.withDefault(
          "wholeNodes",
          new Flag(),
          false,
          "whether a job on several nodes, or an exclusive one, is charged for all their devices");
  static final ObjectOf<BillingRule> BILLING =
      new ObjectOf<>(
          List.of(BY_CORES, WHOLE_NODES),
          v -> new BillingRule(v.get(BY_CORES), v.get(WHOLE_NODES)));

  private QueueSchema() {}
}

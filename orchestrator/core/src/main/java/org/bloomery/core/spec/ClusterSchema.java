package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.ledger.BillingRule;

/** The whole document {@code kind: ClusterProfile}. */
final class ClusterSchema {
  static final String KIND = "ClusterProfile";

  private static final Field<String> NAME =
      Field.required("name", Words.name("a cluster's name"), "the name that specs use");
  private static final ObjectOf<String> METADATA_OBJECT =
      new ObjectOf<>(List.of(NAME), v -> v.get(NAME));

  private static final Field<Documented> DOCUMENTED =
      Field.required("documented", SiteSchema.DOCUMENTED, "of when the facts are, and from whom");
  private static final Field<ResourceManagerKind> RESOURCE_MANAGER =
      Field.required(
          "resourceManager", Choice.of(ResourceManagerKind.class), "what starts jobs there");
  private static final Field<Transport> TRANSPORT =
      Field.defaulted(
          "transport", SiteSchema.TRANSPORT, "how the resource manager's commands are reached");
  private static final Field<String> RUNS_ROOT =
      Field.required("runsRoot", new PathText(), "directory of scripts and logs, never purged");
  private static final Field<List<Partition>> PARTITIONS =
      Field.required(
          "partitions",
          new ListOf<>(PartitionSchema.TYPE, 1, 100),
          "the kinds of nodes; a run that names none gets the first");
  private static final Field<List<QualityOfService>> QOS =
      Field.withDefault(
          "qos", new ListOf<>(QueueSchema.QOS, 0, 100), List.of(), "the qualities of service");
  private static final Field<JobRules> JOB_RULES =
      Field.defaulted("jobRules", QueueSchema.JOB_RULES, "what the site asks of every job");
  private static final Field<BillingRule> BILLING =
      Field.defaulted("billing", QueueSchema.BILLING, "how many devices a job is charged for");
  private static final Field<List<Space>> SPACES =
      Field.withDefault(
          "spaces", new ListOf<>(SiteSchema.SPACE, 0, 100), List.of(), "file systems and quotas");
  private static final Field<Optional<SiteEnergy>> ENERGY =
      Field.optional("energy", SiteSchema.ENERGY, "what turns power into a footprint");
  private static final Field<SiteReliability> RELIABILITY =
      Field.defaulted("reliability", SiteSchema.RELIABILITY, "how often trainings fail there");
  private static final Field<SiteTimings> TIMINGS =
      Field.required("timings", TimingsSchema.TYPE, "how patient the control plane is");

  private static final ObjectOf<Values> BODY_OBJECT =
      new ObjectOf<>(
          List.of(
              DOCUMENTED,
              RESOURCE_MANAGER,
              TRANSPORT,
              RUNS_ROOT,
              PARTITIONS,
              QOS,
              JOB_RULES,
              BILLING,
              SPACES,
              ENERGY,
              RELIABILITY,
              TIMINGS),
          v -> v);

  private static final Field<String> VERSION = RunSchema.version();
  private static final Field<String> KIND_FIELD = RunSchema.kind(KIND);
  private static final Field<String> METADATA =
      Field.required("metadata", METADATA_OBJECT, "the name");
  private static final Field<Values> SPEC =
      Field.required("spec", BODY_OBJECT, "what is true of the cluster");

  static final ObjectOf<ClusterProfile> DOCUMENT =
      new ObjectOf<>(
          List.of(VERSION, KIND_FIELD, METADATA, SPEC),
          v -> assemble(v.get(METADATA), v.get(SPEC)));

  private ClusterSchema() {}

  private static ClusterProfile assemble(String name, Values body) {
    return new ClusterProfile(
        name,
        body.get(DOCUMENTED),
        body.get(RESOURCE_MANAGER),
        body.get(TRANSPORT),
        body.get(RUNS_ROOT),
        body.get(PARTITIONS),
        body.get(QOS),
        body.get(JOB_RULES),
        body.get(BILLING),
        body.get(SPACES),
        body.get(ENERGY),
        body.get(RELIABILITY),
        body.get(TIMINGS));
  }
}

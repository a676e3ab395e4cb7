package org.bloomery.core.spec;

import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.bloomery.core.id.RunId;

/** The whole document {@code kind: TrainingRun}. */
final class RunSchema {
  static final String API_VERSION = "bloomery/v1";
  static final String KIND = "TrainingRun";

  private static final Words LABEL_KEY =
      Words.of(
          "a label's key",
          "letters, digits, '.', '_' and '-', the first a letter or digit",
          "[A-Za-z0-9][A-Za-z0-9._-]*",
          63);

  /** Free text in any language, but nothing that a shell, a table or a page would take amiss. */
  private static final Words LABEL_VALUE =
      Words.of(
          "a label",
          "letters, digits, blanks and . _ / + @ -, the first a letter or digit",
          "[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} ._/+@-]*",
          63);

  private record Head(String name, String account, SortedMap<String, String> labels) {}

  private record Body(
      String cluster,
      Resources resources,
      Model model,
      Parallelism parallelism,
      Batch batch,
      Training training,
      DeepSpeedSchema.Given deepSpeed,
      TrainingData data,
      CheckpointPolicy checkpoint,
      Launcher launcher,
      RestartLimits restart,
      RunBudget budget) {}

  private static final Field<String> NAME =
      Field.required(
          "name",
          Words.of(
              "a run's name",
              "1 to 48 of a-z, 0-9 and '-', the first a letter or digit",
              "[a-z0-9][a-z0-9-]*",
              48),
          "the run's name, such as bloom-nano");
  private static final Field<String> ACCOUNT =
      Field.required("account", Words.name("an account's name"), "who pays, such as six@a100");
  private static final Field<SortedMap<String, String>> LABELS =
      Field.defaulted(
          "labels", new MapOf<>(LABEL_KEY, LABEL_VALUE, 64), "words for people and reports");
  private static final ObjectOf<Head> METADATA_OBJECT =
      new ObjectOf<>(
          List.of(NAME, ACCOUNT, LABELS),
          v -> new Head(v.get(NAME), v.get(ACCOUNT), v.get(LABELS)));

  private static final Field<String> CLUSTER =
      Field.required("cluster", Words.name("a cluster's name"), "a cluster profile's name");
  private static final Field<Resources> RESOURCES =
      Field.required("resources", ResourcesSchema.TYPE, "what one attempt asks for");
  private static final Field<Model> MODEL =
      Field.required("model", ModelSchema.MODEL, "the network to train");
  private static final Field<Parallelism> PARALLELISM =
      Field.defaulted("parallelism", ModelSchema.PARALLELISM, "how a replica is cut over devices");
  private static final Field<Batch> BATCH =
      Field.required("batch", BatchSchema.TYPE, "samples per step");
  private static final Field<Training> TRAINING =
      Field.required("training", TrainingSchema.TYPE, "how the model is trained");
  private static final Field<DeepSpeedSchema.Given> DEEP_SPEED =
      Field.defaulted("deepSpeed", DeepSpeedSchema.TYPE, "DeepSpeed's own settings");
  private static final Field<TrainingData> DATA =
      Field.required("data", DataSchema.TYPE, "what the model reads");
  private static final Field<CheckpointPolicy> CHECKPOINT =
      Field.required("checkpoint", CheckpointSchema.TYPE, "where and when it saves");
  private static final Field<Launcher> LAUNCHER =
      Field.required("launcher", LauncherSchema.TYPE, "how the training program is started");
  private static final Field<RestartLimits> RESTART =
      Field.defaulted("restart", PolicySchema.RESTART, "how often it is started again");
  private static final Field<RunBudget> BUDGET =
      Field.required("budget", PolicySchema.BUDGET, "the most that it may be charged");
  private static final List<Field<?>> BODY_FIELDS =
      List.of(
          CLUSTER,
          RESOURCES,
          MODEL,
          PARALLELISM,
          BATCH,
          TRAINING,
          DEEP_SPEED,
          DATA,
          CHECKPOINT,
          LAUNCHER,
          RESTART,
          BUDGET);
  private static final Field<List<RevisionSchema.Given>> REVISIONS =
      Field.withDefault(
          "revisions",
          RevisionSchema.of(new ObjectOf<>(BODY_FIELDS, v -> v)),
          List.of(),
          "how the spec changes while the run goes on");
  private static final ObjectOf<Body> BODY_OBJECT =
      new ObjectOf<>(
          Stream.concat(BODY_FIELDS.stream(), Stream.of(REVISIONS)).toList(),
          v ->
              new Body(
                  v.get(CLUSTER),
                  v.get(RESOURCES),
                  v.get(MODEL),
                  v.get(PARALLELISM),
                  v.get(BATCH),
                  v.get(TRAINING),
                  v.get(DEEP_SPEED),
                  v.get(DATA),
                  v.get(CHECKPOINT),
                  v.get(LAUNCHER),
                  v.get(RESTART),
                  v.get(BUDGET)));

  private static final Field<String> VERSION = version();
  private static final Field<String> KIND_FIELD = kind(KIND);
  private static final Field<Head> METADATA =
      Field.required("metadata", METADATA_OBJECT, "name, account and labels");
  private static final Field<Body> SPEC =
      Field.required("spec", BODY_OBJECT, "the training itself");

  static final ObjectOf<RunSpec> DOCUMENT =
      new ObjectOf<>(
          List.of(Includes.FIELD, VERSION, KIND_FIELD, METADATA, SPEC),
          v -> assemble(v.get(METADATA), v.get(SPEC)));

  private RunSchema() {}

  /** The first field of each kind of document. */
  static Field<String> version() {
    return Field.required(
        "apiVersion",
        new Exactly(API_VERSION, SpecCode.UNKNOWN_API_VERSION),
        "the format's version, " + API_VERSION);
  }

  /** The second one. */
  static Field<String> kind(String word) {
    return Field.required("kind", new Exactly(word, SpecCode.WRONG_DOCUMENT), "the kind, " + word);
  }

  private static RunSpec assemble(Head head, Body body) {
    return new RunSpec(
        new RunId(head.name()),
        head.account(),
        head.labels(),
        body.cluster(),
        body.resources(),
        body.model(),
        body.parallelism(),
        body.batch(),
        body.training(),
        body.deepSpeed().with(body.training().precision()),
        body.data(),
        body.checkpoint(),
        body.launcher(),
        body.restart(),
        body.budget(),
        List.of());
  }
}

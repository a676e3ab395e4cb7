package org.bloomery.core.spec;

import java.util.List;

/** {@code spec.revisions}. */
final class RevisionSchema {
  /** Words for people in any language; they never enter a script. */
  private static final Words REASON_TEXT =
      Words.of(
          "a reason",
          "letters, digits, blanks and . , : / + @ ( ) _ -, the first a letter or digit",
          "[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} .,:/+@()_-]*",
          200);

  /** A revision as it is written. */
  record Given(
      long fromIteration, String reason, boolean universalCheckpoint, YamlNode.Mapping set) {}

  private RevisionSchema() {}

  /**
   * The list of revisions.
   *
   * @param body all that a revision may set
   */
  static FieldType<List<Given>> of(ObjectOf<?> body) {
    Field<Long> from =
        Field.required(
            "fromIteration",
            new WholeNumber(1, 1_000_000_000),
            "it holds for attempts that start from a checkpoint of this iteration or a later one");
    Field<String> reason =
        Field.required("reason", REASON_TEXT, "why, in words for people and reports");
    Field<Boolean> universal =
        Field.withDefault(
            "universalCheckpoint",
            new Flag(),
            false,
            "whether the checkpoint was converted so that it loads on another number of replicas");
    Field<YamlNode.Mapping> set =
        Field.required("set", new PartOf(body), "the fields of spec that change, as they are then");
    ObjectOf<Given> revision =
        new ObjectOf<>(
            List.of(from, reason, universal, set),
            v -> new Given(v.get(from), v.get(reason), v.get(universal), v.get(set)));
    return new ListOf<>(revision, 0, 100);
  }
}

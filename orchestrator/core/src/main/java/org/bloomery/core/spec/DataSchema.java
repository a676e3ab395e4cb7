package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.spec.TrainingData.DocumentRange;
import org.bloomery.core.spec.TrainingData.MixturePart;
import org.bloomery.core.spec.TrainingData.Split;
import org.bloomery.core.spec.TrainingData.Tokenizer;
import org.bloomery.core.spec.TrainingData.ValidationGroup;
import org.bloomery.core.spec.TrainingData.ValidationPart;

/** {@code spec.data}. */
final class DataSchema {
  private static final Words LANGUAGE =
      Words.of(
          "a language's code",
          "letters, digits, '+', '#' and '-', such as fr, zhs or C++",
          "[A-Za-z][A-Za-z0-9+#-]*",
          24);

  private static final Field<String> TOKENIZER_TYPE =
      Field.required(
          "type",
          Words.of("a tokenizer's type", "letters and digits", "[A-Za-z][A-Za-z0-9]*", 64),
          "the trainer's name of the tokenizer, such as PretrainedFromHF");
  private static final Field<Optional<String>> TOKENIZER_NAME =
      Field.optional(
          "name",
          Words.of(
              "a published tokenizer's name",
              "letters, digits, '.', '_' and '-', with at most one '/'",
              "[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?",
              200),
          "a published tokenizer's name");
  private static final Field<Optional<String>> TOKENIZER_PATH =
      Field.optional("path", new PathText(), "path of a tokenizer, in place of a published name");
  private static final Field<Optional<String>> VOCABULARY_FILE =
      Field.optional("vocabularyFile", new PathText(), "path of the vocabulary");
  private static final Field<Optional<String>> MERGES_FILE =
      Field.optional("mergesFile", new PathText(), "path of the merges");
  private static final ObjectOf<Tokenizer> TOKENIZER_OBJECT =
      new ObjectOf<>(
          List.of(TOKENIZER_TYPE, TOKENIZER_NAME, TOKENIZER_PATH, VOCABULARY_FILE, MERGES_FILE),
          v ->
              new Tokenizer(
                  v.get(TOKENIZER_TYPE),
                  v.get(TOKENIZER_NAME).or(() -> v.get(TOKENIZER_PATH)),
                  v.get(VOCABULARY_FILE),
                  v.get(MERGES_FILE)));

  /** Shares of a dataset's documents; what is not said follows from the split. */
  private record GivenRange(Optional<Double> from, Optional<Double> to) {
    DocumentRange within(double least, double most) {
      return new DocumentRange(from.orElse(least), to.orElse(most));
    }
  }

  private record GivenPart(
      String name, double weight, String path, List<String> languages, GivenRange documents) {
    MixturePart with(Split split) {
      return new MixturePart(name, weight, path, languages, documents.within(0, split.train()));
    }
  }

  private record GivenGroup(String name, List<GivenValidation> parts) {
    ValidationGroup with(Split split) {
      return new ValidationGroup(name, parts.stream().map(part -> part.with(split)).toList());
    }
  }

  private record GivenValidation(double weight, String path, GivenRange documents) {
    ValidationPart with(Split split) {
      return new ValidationPart(weight, path, documents.within(split.train(), 1));
    }
  }

  private static final Field<Optional<Double>> FROM =
      Field.optional("from", Decimal.fromZero(1), "the first document, as a share of all");
  private static final Field<Optional<Double>> TO =
      Field.optional("to", Decimal.positive(1), "where the documents end, as a share of all");
  private static final ObjectOf<GivenRange> RANGE =
      new ObjectOf<>(List.of(FROM, TO), v -> new GivenRange(v.get(FROM), v.get(TO)));

  private static final Field<String> PART_NAME =
      Field.required("name", Words.name("a dataset's name"), "the dataset's name in reports");
  private static final Field<Double> WEIGHT =
      Field.required("weight", Decimal.positive(1), "its share of the samples");
  private static final Field<String> PATH =
      Field.required("path", new PathText(), "path of the dataset, absolute");
  private static final Field<List<String>> LANGUAGES =
      Field.withDefault(
          "languages",
          new ListOf<>(LANGUAGE, 0, 200),
          List.of(),
          "codes of the languages that it carries");
  private static final Field<GivenRange> TRAINED =
      Field.defaulted(
          "documents", RANGE, "which documents are trained on; as data.split if absent");
  private static final ObjectOf<GivenPart> PART =
      new ObjectOf<>(
          List.of(PART_NAME, WEIGHT, PATH, LANGUAGES, TRAINED),
          v ->
              new GivenPart(
                  v.get(PART_NAME), v.get(WEIGHT), v.get(PATH), v.get(LANGUAGES), v.get(TRAINED)));

  private static final Field<Double> PART_WEIGHT =
      Field.withDefault(
          "weight", Decimal.positive(1e6), 1.0, "its share of the group's samples, in proportion");
  private static final Field<GivenRange> VALIDATED =
      Field.defaulted(
          "documents", RANGE, "which documents are validated on; the rest of data.split if absent");
  private static final ObjectOf<GivenValidation> VALIDATION_PART =
      new ObjectOf<>(
          List.of(PART_WEIGHT, PATH, VALIDATED),
          v -> new GivenValidation(v.get(PART_WEIGHT), v.get(PATH), v.get(VALIDATED)));
  private static final Field<String> GROUP_NAME =
      Field.required(
          "name", Words.name("a validation set's name"), "the name by which its loss is logged");
  private static final Field<List<GivenValidation>> PARTS =
      Field.required("parts", new ListOf<>(VALIDATION_PART, 1, 1000), "its datasets");
  private static final ObjectOf<GivenGroup> GROUP =
      new ObjectOf<>(
          List.of(GROUP_NAME, PARTS), v -> new GivenGroup(v.get(GROUP_NAME), v.get(PARTS)));

  private static final Field<Double> TRAIN =
      Field.required("train", new Decimal(0, true, 1), "leading share of documents to train on");
  private static final ObjectOf<Split> SPLIT_OBJECT =
      new ObjectOf<>(List.of(TRAIN), v -> new Split(v.get(TRAIN)));

  private static final Field<Tokenizer> TOKENIZER =
      Field.required("tokenizer", TOKENIZER_OBJECT, "how text becomes tokens");
  private static final Field<List<GivenPart>> MIXTURE =
      Field.required("mixture", new ListOf<>(PART, 1, 1000), "the datasets and their weights");
  private static final Field<Split> SPLIT =
      Field.required("split", SPLIT_OBJECT, "the share to train on, such as {train: 0.95}");

  private static final Field<Optional<List<GivenGroup>>> VALIDATION =
      Field.optional(
          "validation",
          new ListOf<>(GROUP, 0, 1000),
          "groups of datasets that are validated; all together and each alone if absent");
  private static final Field<Optional<DataImplementation>> IMPLEMENTATION =
      Field.optional(
          "implementation",
          Choice.of(DataImplementation.class),
          "how the trainer reads its datasets; its own default if absent");
  private static final Field<Optional<Long>> WORKERS =
      Field.optional(
          "workers",
          new WholeNumber(0, 256),
          "processes that read training data on each device; the trainer's default if absent");
  private static final Field<Optional<Long>> VALIDATION_WORKERS =
      Field.optional(
          "validationWorkers",
          new WholeNumber(0, 256),
          "the same for validation data; 0 avoids a deadlock that BLOOM met");

  static final ObjectOf<TrainingData> TYPE =
      new ObjectOf<>(
          List.of(
              TOKENIZER, MIXTURE, SPLIT, VALIDATION, IMPLEMENTATION, WORKERS, VALIDATION_WORKERS),
          DataSchema::build);

  private DataSchema() {}

  private static TrainingData build(Values v) {
    Split split = v.get(SPLIT);
    return new TrainingData(
        v.get(TOKENIZER),
        v.get(MIXTURE).stream().map(part -> part.with(split)).toList(),
        split,
        v.get(VALIDATION).map(groups -> groups.stream().map(group -> group.with(split)).toList()),
        v.get(IMPLEMENTATION),
        v.get(WORKERS).map(Math::toIntExact),
        v.get(VALIDATION_WORKERS).map(Math::toIntExact));
  }
}

package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.spec.TrainingData.MixturePart;
import org.bloomery.core.spec.TrainingData.Split;
import org.bloomery.core.spec.TrainingData.Tokenizer;

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
  private static final Field<Optional<String>> VOCABULARY_FILE =
      Field.optional("vocabularyFile", new PathText(), "path of the vocabulary");
  private static final Field<Optional<String>> MERGES_FILE =
      Field.optional("mergesFile", new PathText(), "path of the merges");
  private static final ObjectOf<Tokenizer> TOKENIZER_OBJECT =
      new ObjectOf<>(
          List.of(TOKENIZER_TYPE, TOKENIZER_NAME, VOCABULARY_FILE, MERGES_FILE),
          v ->
              new Tokenizer(
                  v.get(TOKENIZER_TYPE),
                  v.get(TOKENIZER_NAME),
                  v.get(VOCABULARY_FILE),
                  v.get(MERGES_FILE)));

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
  private static final ObjectOf<MixturePart> PART =
      new ObjectOf<>(
          List.of(PART_NAME, WEIGHT, PATH, LANGUAGES),
          v -> new MixturePart(v.get(PART_NAME), v.get(WEIGHT), v.get(PATH), v.get(LANGUAGES)));

  private static final Field<Double> TRAIN =
      Field.required("train", new Decimal(0, true, 1), "leading share of documents to train on");
  private static final ObjectOf<Split> SPLIT_OBJECT =
      new ObjectOf<>(List.of(TRAIN), v -> new Split(v.get(TRAIN)));

  private static final Field<Tokenizer> TOKENIZER =
      Field.required("tokenizer", TOKENIZER_OBJECT, "how text becomes tokens");
  private static final Field<List<MixturePart>> MIXTURE =
      Field.required("mixture", new ListOf<>(PART, 1, 1000), "the datasets and their weights");
  private static final Field<Split> SPLIT =
      Field.required("split", SPLIT_OBJECT, "the share to train on, such as {train: 0.95}");

  static final ObjectOf<TrainingData> TYPE =
      new ObjectOf<>(
          List.of(TOKENIZER, MIXTURE, SPLIT),
          v -> new TrainingData(v.get(TOKENIZER), v.get(MIXTURE), v.get(SPLIT)));

  private DataSchema() {}
}

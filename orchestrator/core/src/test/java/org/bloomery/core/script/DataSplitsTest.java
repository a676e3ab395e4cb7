package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bloomery.core.spec.TrainingData;
import org.bloomery.core.spec.TrainingData.DocumentRange;
import org.bloomery.core.spec.TrainingData.MixturePart;
import org.bloomery.core.spec.TrainingData.ValidationGroup;
import org.bloomery.core.spec.TrainingData.ValidationPart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: the lists of datasets have the one form that Megatron-DeepSpeed's reader accepts. */
class DataSplitsTest {
  @Test
  void trainIsOneGroup() {
    assertThat(DataSplits.train(data("/d/fr/text", "/d/sw/text")))
        .isEqualTo("\"train: 0.5 0:0.950 /d/fr/text, 0.5 0:0.950 /d/sw/text\"\n");
  }

  @Test
  void validIsOneGroupOverAllAndOneForEach() {
    assertThat(DataSplits.valid(data("/d/fr/text", "/d/sw/text")))
        .hasValue(
            "\"valid: 0.5 0.950:1.0 /d/fr/text, 0.5 0.950:1.0 /d/sw/text\""
                + " \"valid_fr: 1 0.950:1.0 /d/fr/text\""
                + " \"valid_sw: 1 0.950:1.0 /d/sw/text\"\n");
  }

  /** BLOOM had 28 datasets, hence 29 validation sets. */
  @Test
  void theReadersThreeAssertionsHold() {
    String[] paths = IntStream.range(0, 28).mapToObj(i -> "/d/l" + i + "/t").toArray(String[]::new);
    String valid = DataSplits.valid(data(paths)).orElseThrow();
    assertThat(valid.lines()).hasSize(1);
    assertThat(valid).startsWith("\"").endsWith("\"\n");
    assertThat(valid.split("\" \"", -1)).hasSize(29);
  }

  /** Equal names would make it impossible to tell whose loss is logged. */
  @Test
  void datasetsOfOneDirectoryAreNamedByTheirOwnNames() {
    assertThat(DataSplits.valid(data("/d/texts/fr", "/d/texts/sw")).orElseThrow())
        .contains("\"valid_part0: 1 0.950:1.0 /d/texts/fr\"")
        .contains("\"valid_part1: 1 0.950:1.0 /d/texts/sw\"");
  }

  @Test
  void whereAllDocumentsAreTrainedOnNoneValidates() {
    assertThat(DataSplits.valid(data(1, Optional.empty(), "/d/fr/text"))).isEmpty();
  }

  @Test
  void groupsOfTheSpecReplaceThose() {
    DocumentRange last = new DocumentRange(0.949, 1);
    List<ValidationGroup> groups =
        List.of(
            new ValidationGroup(
                "held-out",
                List.of(
                    new ValidationPart(2, "/d/fr/text", last),
                    new ValidationPart(0.5, "/d/dev/text", new DocumentRange(0, 1)))),
            new ValidationGroup("sw", List.of(new ValidationPart(1, "/d/sw/text", last))));
    assertThat(DataSplits.valid(data(0.95, Optional.of(groups), "/d/fr/text")))
        .hasValue(
            "\"held-out: 2.0 0.949:1.0 /d/fr/text, 0.5 0:1.0 /d/dev/text\""
                + " \"sw: 1 0.949:1.0 /d/sw/text\"\n");
    assertThat(DataSplits.valid(data(0.95, Optional.of(List.of()), "/d/fr/text"))).isEmpty();
  }

  @Test
  void aDatasetMayKeepItsOwnPart() {
    TrainingData data = data("/d/fr/text");
    MixturePart own =
        new MixturePart("fr", 1, "/d/fr/text", List.of("fr"), new DocumentRange(0.1, 0.5));
    TrainingData changed =
        new TrainingData(
            data.tokenizer(),
            List.of(own),
            data.split(),
            data.validation(),
            data.implementation(),
            data.workers(),
            data.validationWorkers());
    assertThat(DataSplits.train(changed)).isEqualTo("\"train: 1 0.100:0.500 /d/fr/text\"\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/d/a b/t", "/d/a,b/t", "/d/a\"b/t", "/d/a\nb/t", "/d/a:b/t"})
  void aPathThatTheReaderWouldTakeApartIsRefused(String path) {
    assertThatThrownBy(() -> DataSplits.train(data(path)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot hold");
  }

  private static TrainingData data(String... paths) {
    return data(0.95, Optional.empty(), paths);
  }

  private static TrainingData data(
      double train, Optional<List<ValidationGroup>> validation, String... paths) {
    List<MixturePart> parts =
        IntStream.range(0, paths.length)
            .mapToObj(
                i ->
                    new MixturePart(
                        "part" + i,
                        1.0 / paths.length,
                        paths[i],
                        List.of("fr"),
                        new DocumentRange(0, train)))
            .toList();
    return new TrainingData(
        new TrainingData.Tokenizer(
            "ByteLevel", Optional.empty(), Optional.empty(), Optional.empty()),
        parts,
        new TrainingData.Split(train),
        validation,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}

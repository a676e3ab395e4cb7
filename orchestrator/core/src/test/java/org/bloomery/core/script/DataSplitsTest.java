package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bloomery.core.spec.TrainingData;
import org.bloomery.core.spec.TrainingData.MixturePart;
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
        .isEqualTo(
            "\"valid: 0.5 0.950:1.0 /d/fr/text, 0.5 0.950:1.0 /d/sw/text\""
                + " \"valid_fr: 1 0.950:1.0 /d/fr/text\""
                + " \"valid_sw: 1 0.950:1.0 /d/sw/text\"\n");
  }

  /** BLOOM had 28 datasets, hence 29 validation sets. */
  @Test
  void theReadersThreeAssertionsHold() {
    String[] paths = IntStream.range(0, 28).mapToObj(i -> "/d/l" + i + "/t").toArray(String[]::new);
    String valid = DataSplits.valid(data(paths));
    assertThat(valid.lines()).hasSize(1);
    assertThat(valid).startsWith("\"").endsWith("\"\n");
    assertThat(valid.split("\" \"", -1)).hasSize(29);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/d/a b/t", "/d/a,b/t", "/d/a\"b/t", "/d/a\nb/t", "/d/a:b/t"})
  void aPathThatTheReaderWouldTakeApartIsRefused(String path) {
    assertThatThrownBy(() -> DataSplits.train(data(path)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("link the data");
  }

  private static TrainingData data(String... paths) {
    List<MixturePart> parts =
        List.of(paths).stream()
            .map(
                path ->
                    new MixturePart(
                        "part", 1.0 / paths.length, path, List.of("fr"), ScriptSamples.TRAINED))
            .toList();
    return new TrainingData(
        new TrainingData.Tokenizer(
            "ByteLevel", Optional.empty(), Optional.empty(), Optional.empty()),
        parts,
        new TrainingData.Split(0.95),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}

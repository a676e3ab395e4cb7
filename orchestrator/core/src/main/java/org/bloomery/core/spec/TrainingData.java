package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/** What the model reads. */
public record TrainingData(Tokenizer tokenizer, List<MixturePart> mixture, Split split) {

  public TrainingData {
    mixture = List.copyOf(mixture);
  }

  /**
   * How text becomes tokens.
   *
   * @param type Megatron's name of the tokenizer, such as {@code PretrainedFromHF}
   * @param name a published tokenizer's name, or its path
   */
  public record Tokenizer(
      String type,
      Optional<String> name,
      Optional<String> vocabularyFile,
      Optional<String> mergesFile) {}

  /**
   * One dataset.
   *
   * @param weight its share of the samples; all weights sum to 1
   * @param path absolute
   * @param languages codes of the natural or programming languages that it carries
   */
  public record MixturePart(String name, double weight, String path, List<String> languages) {
    public MixturePart {
      languages = List.copyOf(languages);
    }
  }

  /**
   * How each dataset's documents are divided.
   *
   * @param train the leading share to train on; the rest validates
   */
  public record Split(double train) {}
}

package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/**
 * What the model reads.
 *
 * @param mixture the one group of datasets that Megatron trains on
 * @param validation groups that are validated one by one; absent means what BLOOM did: one group of
 *     all datasets, then each dataset alone
 * @param workers processes that read training data on each device; absent means the trainer's
 *     default
 * @param validationWorkers the same for validation data; 0 avoids the deadlock that BLOOM met
 */
public record TrainingData(
    Tokenizer tokenizer,
    List<MixturePart> mixture,
    Split split,
    Optional<List<ValidationGroup>> validation,
    Optional<DataImplementation> implementation,
    Optional<Integer> workers,
    Optional<Integer> validationWorkers) {

  public TrainingData {
    mixture = List.copyOf(mixture);
    validation = validation.map(List::copyOf);
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
   * @param documents which of its documents are trained on
   */
  public record MixturePart(
      String name, double weight, String path, List<String> languages, DocumentRange documents) {
    public MixturePart {
      languages = List.copyOf(languages);
    }
  }

  /** A part of a dataset's documents, as shares of their number: from 0 to 1 is all of them. */
  public record DocumentRange(double from, double to) {}

  /**
   * How each dataset's documents are divided, unless it says so itself.
   *
   * @param train the leading share to train on; the rest validates
   */
  public record Split(double train) {}

  /** Datasets that are validated together, and whose loss is logged under one name. */
  public record ValidationGroup(String name, List<ValidationPart> parts) {
    public ValidationGroup {
      parts = List.copyOf(parts);
    }
  }

  /**
   * One dataset of a group.
   *
   * @param weight its share of the group's samples, relative to the others
   * @param path absolute
   */
  public record ValidationPart(double weight, String path, DocumentRange documents) {}
}

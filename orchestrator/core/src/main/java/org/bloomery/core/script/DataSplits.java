package org.bloomery.core.script;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bloomery.core.spec.TrainingData;
import org.bloomery.core.spec.TrainingData.MixturePart;

/**
 * The weighted lists of datasets as Megatron-DeepSpeed reads them from a file: exactly one line of
 * groups in double quotes, each {@code "name: weight start:end path, ..."}.
 */
final class DataSplits {
  /** Characters by which the reader takes such a line apart; there is no way to escape them. */
  private static final Pattern SEPARATOR = Pattern.compile("[\\s,\":]");

  private DataSplits() {}

  /** One group over all datasets, each from its first document to the split. */
  static String train(TrainingData data) {
    return group("train", data.mixture(), "0:" + share(data)) + "\n";
  }

  /**
   * One group over all datasets, from the split to the last document, then one for each dataset
   * alone, named after the directory that it lies in.
   */
  static String valid(TrainingData data) {
    String rest = share(data) + ":1.0";
    String alone =
        data.mixture().stream()
            .map(part -> " \"valid_" + directoryName(part) + ": 1 " + rest + " " + path(part) + '"')
            .collect(Collectors.joining());
    return group("valid", data.mixture(), rest) + alone + "\n";
  }

  private static String group(String name, List<MixturePart> parts, String range) {
    return parts.stream()
        .map(part -> PlainNumber.withDigits(part.weight(), 1) + " " + range + " " + path(part))
        .collect(Collectors.joining(", ", "\"" + name + ": ", "\""));
  }

  private static String share(TrainingData data) {
    return PlainNumber.withDigits(data.split().train(), 3);
  }

  private static String path(MixturePart part) {
    if (SEPARATOR.matcher(part.path()).find()) {
      throw new IllegalArgumentException(
          "the path of dataset '"
              + part.name()
              + "' has a blank, comma, colon or quote, which Megatron's list of datasets cannot"
              + " hold; link the data to a path without them: "
              + part.path());
    }
    return part.path();
  }

  private static String directoryName(MixturePart part) {
    String[] names = path(part).split("/", -1);
    return names.length < 3 ? part.name() : names[names.length - 2];
  }
}

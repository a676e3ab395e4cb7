package org.bloomery.core.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bloomery.core.spec.TrainingData;
import org.bloomery.core.spec.TrainingData.DocumentRange;
import org.bloomery.core.spec.TrainingData.MixturePart;
import org.bloomery.core.spec.TrainingData.ValidationGroup;
import org.bloomery.core.spec.TrainingData.ValidationPart;

/**
 * The weighted lists of datasets as Megatron-DeepSpeed reads them from a file: exactly one line of
 * groups in double quotes, each {@code "name: weight start:end path, ..."}.
 */
final class DataSplits {
  /** Characters by which the reader takes such a line apart; there is no way to escape them. */
  private static final Pattern SEPARATOR = Pattern.compile("[\\s,\":]");

  private DataSplits() {}

  /** The one group that Megatron trains on. */
  static String train(TrainingData data) {
    List<ValidationPart> parts =
        data.mixture().stream()
            .map(part -> new ValidationPart(part.weight(), part.path(), part.documents()))
            .toList();
    return line(Stream.of(new ValidationGroup("train", parts)));
  }

  /** The groups that are validated one by one; nothing if there are none. */
  static Optional<String> valid(TrainingData data) {
    List<ValidationGroup> groups = data.validation().orElseGet(() -> asBloomDid(data));
    return groups.isEmpty() ? Optional.empty() : Optional.of(line(groups.stream()));
  }

  /**
   * One group over all datasets, from the split to the last document, then one for each dataset
   * alone.
   */
  private static List<ValidationGroup> asBloomDid(TrainingData data) {
    if (data.split().train() == 1) {
      return List.of();
    }
    DocumentRange rest = new DocumentRange(data.split().train(), 1);
    List<ValidationGroup> groups = new ArrayList<>();
    groups.add(
        new ValidationGroup(
            "valid",
            data.mixture().stream()
                .map(part -> new ValidationPart(part.weight(), part.path(), rest))
                .toList()));
    List<String> names = namesOf(data.mixture());
    for (int i = 0; i < names.size(); i++) {
      ValidationPart part = new ValidationPart(1, data.mixture().get(i).path(), rest);
      groups.add(new ValidationGroup("valid_" + names.get(i), List.of(part)));
    }
    return groups;
  }

  /** As BLOOM had them, after the directories that they lie in, if these tell them apart. */
  private static List<String> namesOf(List<MixturePart> mixture) {
    List<String> directories = mixture.stream().map(DataSplits::directoryName).toList();
    boolean telling = directories.stream().distinct().count() == directories.size();
    return telling ? directories : mixture.stream().map(MixturePart::name).toList();
  }

  private static String line(Stream<ValidationGroup> groups) {
    return groups.map(DataSplits::group).collect(Collectors.joining(" ", "", "\n"));
  }

  private static String group(ValidationGroup group) {
    return group.parts().stream()
        .map(part -> weight(part) + " " + range(part.documents()) + " " + plain(part.path()))
        .collect(Collectors.joining(", ", "\"" + plain(group.name()) + ": ", "\""));
  }

  private static String weight(ValidationPart part) {
    boolean alone = part.weight() == 1;
    return alone ? "1" : PlainNumber.withDigits(part.weight(), 1);
  }

  private static String range(DocumentRange documents) {
    return share(documents.from()) + ":" + share(documents.to());
  }

  private static String share(double share) {
    if (share == 0) {
      return "0";
    }
    return PlainNumber.withDigits(share, share == 1 ? 1 : 3);
  }

  private static String plain(String text) {
    if (SEPARATOR.matcher(text).find()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' has a blank, comma, colon or quote, which Megatron's list of datasets cannot"
              + " hold; give the dataset a name and a path without them");
    }
    return text;
  }

  private static String directoryName(MixturePart part) {
    String[] names = part.path().split("/", -1);
    return names.length < 3 ? part.name() : names[names.length - 2];
  }
}

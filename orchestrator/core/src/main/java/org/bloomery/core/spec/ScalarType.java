package org.bloomery.core.spec;

import java.util.Optional;

/** A type whose values are written as one word or text; our schema, not YAML, reads the text. */
sealed interface ScalarType<T> extends FieldType<T>
    permits WholeNumber,
        Decimal,
        Flag,
        Choice,
        TimeSpan,
        ByteCount,
        Words,
        PathText,
        RelativePath,
        CalendarDay,
        Exactly {

  /** Reads the raw text; the place's mark is the value's. */
  Optional<T> read(String text, Place place);

  @Override
  default Optional<T> bind(YamlNode node, Place place) {
    if (node instanceof YamlNode.Scalar scalar) {
      boolean none = scalar.plain() && isNothing(scalar.text());
      if (none) {
        place.problem(
            SpecCode.NO_VALUE, "there is no value", "Give one, or remove the line if it may be.");
        return Optional.empty();
      }
      return read(scalar.text(), place.at(scalar.mark()));
    }
    if (!(node instanceof YamlNode.Unusable)) {
      place
          .at(node.mark())
          .problem(
              SpecCode.WRONG_KIND,
              "a single value is needed here",
              "Remove the brackets or the lines below.");
    }
    return Optional.empty();
  }

  private static boolean isNothing(String plainText) {
    return plainText.isEmpty() || plainText.equals("~") || plainText.equals("null");
  }
}

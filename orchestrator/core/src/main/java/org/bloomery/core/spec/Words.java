package org.bloomery.core.spec;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A text out of allowed characters only.
 *
 * @param what how people call it, such as {@code a node's name}
 * @param allowed the characters and their order, for people
 */
record Words(String what, String allowed, Pattern pattern, int lengthMaximum)
    implements ScalarType<String> {

  static Words of(String what, String allowed, String regex, int lengthMaximum) {
    return new Words(what, allowed, Pattern.compile(regex), lengthMaximum);
  }

  /** A name as accounts, partitions and clusters have it. */
  static Words name(String what) {
    return of(
        what,
        "letters, digits, '.', '_', '@' and '-', the first a letter or digit",
        "[A-Za-z0-9][A-Za-z0-9._@-]*",
        64);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.words(this);
  }

  @Override
  public Optional<String> read(String text, Place place) {
    if (text.length() > lengthMaximum) {
      place.problem(
          SpecCode.NOT_ALLOWED_TEXT,
          "the text is longer than " + lengthMaximum + " characters",
          "Shorten it.");
      return Optional.empty();
    }
    if (!pattern.matcher(text).matches()) {
      place.problem(
          SpecCode.NOT_ALLOWED_TEXT,
          Shown.quoted(text) + " is not " + what,
          "Allowed: " + allowed + ".");
      return Optional.empty();
    }
    return Optional.of(text);
  }
}

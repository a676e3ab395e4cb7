package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An absolute path, which may start with one of two variables; the value has them replaced. */
record PathText() implements ScalarType<String> {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)\\}(.*)", Pattern.DOTALL);
  private static final Pattern ALLOWED = Pattern.compile("[\\p{L}\\p{N}/._@+=-]*");
  private static final List<String> VARIABLES = List.of("BLOOMERY_HOME", "SPEC_DIR");
  private static final int LENGTH_MAX = 1024;

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.pathText(this);
  }

  @Override
  public Optional<String> read(String text, Place place) {
    Matcher start = VARIABLE.matcher(text);
    if (!start.matches()) {
      return check(text, "", place);
    }
    String name = start.group(1);
    BindContext context = place.binding().context;
    return switch (name) {
      case "BLOOMERY_HOME" -> check(context.home() + start.group(2), name, place);
      case "SPEC_DIR" -> check(context.specDirectory() + start.group(2), name, place);
      default -> {
        place.problem(
            SpecCode.UNKNOWN_VARIABLE,
            "the variable " + Shown.quoted(name) + " is not known",
            Nearest.question(name, VARIABLES)
                + "A path may start with ${BLOOMERY_HOME} or ${SPEC_DIR}.");
        yield Optional.empty();
      }
    };
  }

  private static Optional<String> check(String path, String variable, Place place) {
    if (path.length() > LENGTH_MAX) {
      return refuse(place, "the path is longer than " + LENGTH_MAX + " characters", "Shorten it.");
    }
    if (!ALLOWED.matcher(path).matches()) {
      return refuse(
          place,
          shown(path, variable) + " holds characters that are not allowed in a path",
          "Allowed: letters, digits and / . _ @ + = - but no blanks: "
              + "the trainer splits lists there.");
    }
    if (!path.startsWith("/")) {
      return refuse(
          place,
          shown(path, variable) + " is not an absolute path",
          "Start it with /, or with ${SPEC_DIR}/ for a file beside the spec.");
    }
    boolean detour =
        List.of(path.split("/", -1)).stream().anyMatch(p -> p.equals("..") || p.equals("."));
    if (detour || path.contains("//")) {
      return refuse(
          place,
          shown(path, variable) + " takes a detour by '.', '..' or '//'",
          "Write the path as it is in the end.");
    }
    return Optional.of(
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
  }

  private static String shown(String path, String variable) {
    return Shown.quoted(path) + (variable.isEmpty() ? "" : " (from ${" + variable + "})");
  }

  private static Optional<String> refuse(Place place, String message, String advice) {
    place.problem(SpecCode.BAD_PATH, message, advice);
    return Optional.empty();
  }
}

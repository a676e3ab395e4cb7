package org.bloomery.core.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SLURM's short form of many names, {@code node[01-03,7],login1} (scontrol(1), "show hostnames").
 */
public final class HostList {
  /** No machine has more nodes; a damaged range must not fill the memory. */
  public static final int NAMES_MAX = 20_000;

  private static final Pattern BRACKETS = Pattern.compile("([^\\[\\]]*)\\[([0-9,-]+)\\](.*)");
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,9})(?:-([0-9]{1,9}))?");

  private HostList() {}

  /**
   * All names, in the order of the text; what is not of this form stays as it is, and none of it is
   * a name where SLURM says that there is none: {@code (null)}, {@code None assigned}.
   */
  public static List<String> expand(String text) {
    List<String> names = new ArrayList<>();
    String list = text.strip();
    if (!list.isEmpty() && !list.equals("(null)") && !list.startsWith("None")) {
      parts(list).forEach(part -> expand(part, "", names));
    }
    return names;
  }

  /** Splits at the commas that are not inside brackets. */
  private static List<String> parts(String list) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(list.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(list.substring(from));
    return parts;
  }

  private static void expand(String part, String before, List<String> names) {
    Matcher brackets = BRACKETS.matcher(part);
    if (!brackets.matches()) {
      if (names.size() < NAMES_MAX && !(before + part).isEmpty()) {
        names.add(before + part);
      }
      return;
    }
    for (String range : brackets.group(2).split(",", -1)) {
      Matcher ends = RANGE.matcher(range);
      if (!ends.matches()) {
        continue;
      }
      String first = ends.group(1);
      int last = Integer.parseInt(ends.group(2) == null ? first : ends.group(2));
      for (int n = Integer.parseInt(first); n <= last && names.size() < NAMES_MAX; n++) {
        String digits = Integer.toString(n);
        String padded = "0".repeat(Math.max(0, first.length() - digits.length())) + digits;
        expand(brackets.group(3), before + brackets.group(1) + padded, names);
      }
    }
  }
}

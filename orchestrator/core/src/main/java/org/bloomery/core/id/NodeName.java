package org.bloomery.core.id;

import java.util.regex.Pattern;

/** What may be a node's name: it goes to the resource manager's command line and into lists. */
public final class NodeName {
  private static final Pattern RULE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private NodeName() {}

  /** Says whether a text would be accepted as a node's name; a list or a range is none. */
  public static boolean isValid(String text) {
    return RULE.matcher(text).matches();
  }
}

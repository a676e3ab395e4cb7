package org.bloomery.core.spec;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.spec.YamlNode.Mark;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML document to nodes, and reports what a spec must not use.
 *
 * <p>It builds the nodes from the parser's events with a stack of its own: the library's composer
 * recurses without a limit, so a few thousand brackets would end the program.
 */
final class YamlReader {
  static final int DEPTH_MAX = 20;
  static final int NODES_MAX = 20_000;

  private final String file;
  private final ProblemList problems;
  private final Deque<Open> open = new ArrayDeque<>();
  private YamlNode root;
  private int documents;
  private int nodes;

  private YamlReader(String file, ProblemList problems) {
    this.file = file;
    this.problems = problems;
  }

  /** The document's root, or nothing if the file could not be read to its end. */
  static Optional<YamlNode> read(String file, String text, ProblemList problems) {
    return new YamlReader(file, problems).document(text);
  }

  private Optional<YamlNode> document(String text) {
    try {
      for (Event event : new Parse(settings(text)).parseString(text)) {
        if (!take(event)) {
          return Optional.empty();
        }
      }
    } catch (YamlEngineException e) {
      syntax(e);
      return Optional.empty();
    }
    boolean blank = root instanceof YamlNode.Scalar only && only.plain() && only.text().isEmpty();
    if (root == null || blank) {
      problems.add(
          SpecCode.EMPTY,
          Mark.startOf(file),
          "",
          "the file holds no document",
          "Start from one of the files in job-specs/.");
      return Optional.empty();
    }
    return Optional.of(root);
  }

  /**
   * The library (snakeyaml-engine 3.0.1) reads its input piecewise and throws if a piece ends
   * within a surrogate pair, such as an emoji: one piece holds all of a text that is as short as
   * ours.
   */
  private static LoadSettings settings(String text) {
    return LoadSettings.builder().setBufferSize(text.length() + 2).build();
  }

  /** Takes one event; false means that reading on makes no sense. */
  private boolean take(Event event) {
    Mark mark = markOf(event);
    return switch (event.getEventId()) {
      case DocumentStart -> documentStart((DocumentStartEvent) event, mark);
      case Alias -> alias((AliasEvent) event, mark);
      case Scalar -> scalar((ScalarEvent) event, mark);
      case SequenceStart, MappingStart -> start((CollectionStartEvent) event, mark);
      case SequenceEnd, MappingEnd -> place(open.pop().close());
      case StreamStart, StreamEnd, DocumentEnd, Comment -> true;
    };
  }

  private boolean documentStart(DocumentStartEvent event, Mark mark) {
    documents++;
    if (documents > 1) {
      problems.add(
          SpecCode.SEVERAL_DOCUMENTS,
          mark,
          "",
          "a second document starts here",
          "Put each document in a file of its own.");
      return false;
    }
    if (event.getSpecVersion().isPresent() || !event.getTags().isEmpty()) {
      problems.add(
          SpecCode.TAG,
          Mark.startOf(file),
          "",
          "YAML directives are not allowed",
          "Remove the % lines.");
    }
    return true;
  }

  private boolean alias(AliasEvent event, Mark mark) {
    problems.add(
        SpecCode.ANCHOR_OR_ALIAS,
        mark,
        "",
        "the alias " + Shown.quoted("*" + event.getAlias().getValue()) + " is not allowed",
        "Write the value out.");
    return place(new YamlNode.Unusable(mark));
  }

  private boolean scalar(ScalarEvent event, Mark mark) {
    refuseProperties(event, event.getTag(), mark);
    boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN;
    return place(new YamlNode.Scalar(event.getValue(), plain, mark));
  }

  private boolean start(CollectionStartEvent event, Mark mark) {
    refuseProperties(event, event.getTag(), mark);
    if (open.size() >= DEPTH_MAX) {
      problems.add(
          SpecCode.TOO_DEEP,
          mark,
          "",
          "values nest deeper than " + DEPTH_MAX + " levels",
          "No field needs that; check the brackets and the indentation.");
      return false;
    }
    open.push(new Open(event.getEventId() == Event.ID.MappingStart, mark, problems));
    return true;
  }

  private void refuseProperties(NodeEvent event, Optional<String> tag, Mark mark) {
    if (event.getAnchor().isPresent()) {
      problems.add(
          SpecCode.ANCHOR_OR_ALIAS,
          mark,
          "",
          "the anchor "
              + Shown.quoted("&" + event.getAnchor().get().getValue())
              + " is not allowed",
          "Remove it, and write values out where they are needed.");
    }
    if (tag.isPresent()) {
      problems.add(
          SpecCode.TAG,
          mark,
          "",
          "the tag " + Shown.quoted(tag.get()) + " is not allowed",
          "Remove it: each field has its type already.");
    }
  }

  private boolean place(YamlNode node) {
    nodes++;
    if (nodes > NODES_MAX) {
      problems.add(
          SpecCode.TOO_DEEP,
          node.mark(),
          "",
          "the file holds more than " + NODES_MAX + " values",
          "A spec describes one run; check that this is the right file.");
      return false;
    }
    if (open.isEmpty()) {
      root = node;
    } else {
      open.peek().add(node);
    }
    return true;
  }

  private void syntax(YamlEngineException e) {
    Mark mark = Mark.startOf(file);
    String what = "this is not YAML";
    if (e instanceof MarkedYamlEngineException marked) {
      mark = marked.getProblemMark().map(this::markOf).orElse(Mark.startOf(file));
      what = Shown.plain(marked.getProblem().replaceAll("\\.?\\s*\\(Do not use.*", ""));
    }
    String advice =
        what.contains("TAB")
            ? "Indent with blanks, not with tabs."
            : "Check the indentation, the quotes and the brackets up to here.";
    problems.add(SpecCode.SYNTAX, mark, "", what, advice);
  }

  private Mark markOf(Event event) {
    return event.getStartMark().map(this::markOf).orElse(Mark.startOf(file));
  }

  private Mark markOf(org.snakeyaml.engine.v2.exceptions.Mark mark) {
    return new Mark(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  /** A list or map whose end has not come yet. */
  private static final class Open {
    private final boolean mapping;
    private final Mark mark;
    private final ProblemList problems;
    private final List<YamlNode> items = new ArrayList<>();
    private final List<YamlNode.Entry> entries = new ArrayList<>();
    private final Map<String, Mark> keys = new HashMap<>();
    private YamlNode key;

    Open(boolean mapping, Mark mark, ProblemList problems) {
      this.mapping = mapping;
      this.mark = mark;
      this.problems = problems;
    }

    void add(YamlNode node) {
      if (!mapping) {
        items.add(node);
      } else if (key == null) {
        key = node;
      } else {
        entry(key, node);
        key = null;
      }
    }

    private void entry(YamlNode keyNode, YamlNode value) {
      if (!(keyNode instanceof YamlNode.Scalar word)) {
        problems.add(
            SpecCode.WRONG_KIND,
            keyNode.mark(),
            "",
            "a key must be a single word",
            "Check the brackets and the indentation.");
        return;
      }
      Mark first = keys.putIfAbsent(word.text(), word.mark());
      if (first != null) {
        problems.add(
            SpecCode.DUPLICATE_KEY,
            word.mark(),
            "",
            "the key " + Shown.quoted(word.text()) + " is already on line " + first.line(),
            "Keep one of the two.");
        return;
      }
      entries.add(new YamlNode.Entry(word, value));
    }

    YamlNode close() {
      return mapping ? new YamlNode.Mapping(entries, mark) : new YamlNode.Sequence(items, mark);
    }
  }
}

package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bloomery.core.spec.YamlNode.Mark;
import org.junit.jupiter.api.Test;

/** Goal: what is written as YAML is read again as the same, whatever it holds. */
class YamlTextTest {
  private static final Mark NOWHERE = Mark.startOf("nowhere");

  /** Texts that YAML versions take for something else, or that need an escape. */
  private static final List<String> TEXTS =
      List.of(
          "",
          "~",
          "null",
          "Null",
          "true",
          "no",
          "0x1F",
          "010",
          "1_000",
          "1:30",
          "-",
          "- x",
          "? x",
          "a: b",
          "a #b",
          "#c",
          "[x",
          "{x",
          "&a",
          "*a",
          "!t",
          "|",
          ">",
          "%d",
          "@x",
          "`x",
          "'",
          "\"",
          "\\",
          "x\ny",
          "x\r\ny",
          "\t",
          " x",
          "x ",
          "x\u0007",
          "é",
          "日本語",
          "\uD83D\uDE00",
          "$(id)",
          "---",
          "...",
          ".inf",
          "<<",
          "=",
          "a,b",
          "x: ",
          "\u0085");

  @Test
  void whatIsWrittenIsReadAgain() {
    for (int seed = 0; seed < 2000; seed++) {
      YamlNode node = map(new Random(seed), 0);
      String text = YamlText.of(node);
      ProblemList problems = new ProblemList("text");
      YamlNode again = YamlReader.read("text", text, problems).orElseThrow();
      assertThat(shape(again)).as("seed %d:%n%s", seed, text).isEqualTo(shape(node));
      assertThat(problems.sorted()).isEmpty();
      assertThat(YamlText.of(again)).as("seed %d", seed).isEqualTo(text);
    }
  }

  /** The node without its places; of the quotes only what decides whether there is a value. */
  private static String shape(YamlNode node) {
    if (node instanceof YamlNode.Mapping map) {
      return map.entries().stream()
          .map(e -> e.key().text() + "\u0001" + shape(e.value()))
          .toList()
          .toString();
    }
    if (node instanceof YamlNode.Sequence list) {
      return "list" + list.items().stream().map(YamlTextTest::shape).toList();
    }
    YamlNode.Scalar scalar = (YamlNode.Scalar) node;
    boolean nothing = scalar.plain() && List.of("", "~", "null").contains(scalar.text());
    return nothing ? "nothing" : "<" + scalar.text() + ">";
  }

  private static YamlNode node(Random random, int depth) {
    int kind = depth > 4 ? 9 : random.nextInt(10);
    return kind < 3 ? map(random, depth + 1) : kind < 5 ? list(random, depth + 1) : scalar(random);
  }

  private static YamlNode map(Random random, int depth) {
    List<YamlNode.Entry> entries = new ArrayList<>();
    int size = random.nextInt(4);
    for (int i = 0; i < size; i++) {
      YamlNode.Scalar key = new YamlNode.Scalar(i + text(random), false, NOWHERE);
      entries.add(new YamlNode.Entry(key, node(random, depth)));
    }
    return new YamlNode.Mapping(entries, NOWHERE);
  }

  private static YamlNode list(Random random, int depth) {
    List<YamlNode> items = new ArrayList<>();
    int size = random.nextInt(4);
    for (int i = 0; i < size; i++) {
      items.add(node(random, depth));
    }
    return new YamlNode.Sequence(items, NOWHERE);
  }

  private static YamlNode.Scalar scalar(Random random) {
    String text = text(random);
    // Only such a text can have stood there without quotes.
    boolean plain = text.matches("[A-Za-z0-9_.]*|~") && random.nextBoolean();
    return new YamlNode.Scalar(text, plain, NOWHERE);
  }

  private static String text(Random random) {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }
}

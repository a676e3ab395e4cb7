package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A spec becomes a shell script: puts each hostile text into each value and each free key of a spec
 * that has every field, and expects a problem at that very place.
 */
class HostileSpecTest {
  private static final Object SMALL = load(SpecTexts.small());

  /** The fields that do not go together with others. */
  private static final Object OTHER_WAY =
      load(
          SpecTexts.small()
              .replace("initialPower: 12, window: 500, hysteresis: 2, minimum: 1", "fixed: 4096")
              .replace("type: GPT2BPETokenizer", "type: PretrainedFromHF")
              .replace("name: gpt2", "path: /data/tokenizer"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\n#SBATCH --uid=root",
        "x\r#SBATCH --uid=root",
        "x' ; id ; '",
        "x\" ; id ; \"",
        "$(id)",
        "${HOME}",
        "`id`",
        "a;id",
        "a&id",
        "a>b",
        "../../etc/passwd",
        "/data/../../etc/passwd",
        "${BLOOMERY_HOME}/../x",
        "${BLOOMERY_HOME}$(id)",
        "\u001b[2Jx",
        "x\u202egpj",
        "\\x",
        "<b>x</b>",
        "x\u0000y"
      })
  void noHostileTextIsTakenAnywhere(String hostile) {
    putEverywhere(SMALL, hostile, List.of());
    putEverywhere(OTHER_WAY, hostile, places(SMALL));
  }

  private static void putEverywhere(Object document, String hostile, List<String> but) {
    List<String> places = places(document);
    for (int i = 0; i < places.size(); i++) {
      if (but.contains(places.get(i))) {
        continue;
      }
      assertThat(SpecTexts.problems(withHostile(document, i, hostile)))
          .as("%s = %s", places.get(i), hostile)
          .isNotEmpty()
          .allSatisfy(
              p -> assertThat(p.text().chars().noneMatch(Character::isISOControl)).isTrue());
    }
  }

  @Test
  void theSpecsThatTheTextsArePutIntoAreGood() {
    assertThat(SpecTexts.problems(json(SMALL))).isEmpty();
    assertThat(SpecTexts.problems(json(OTHER_WAY))).isEmpty();
  }

  /** A field that is declared tomorrow fails here until a spec above has it. */
  @Test
  void theSpecsThatTheTextsArePutIntoHaveEveryFieldThatIsDeclared() {
    List<String> places = new ArrayList<>(places(SMALL));
    places.addAll(places(OTHER_WAY));
    List<String> missing =
        FieldPaths.of(RunSchema.DOCUMENT).stream()
            // Includes have tests of their own: they would need files.
            .filter(path -> !path.startsWith(".include"))
            .filter(path -> places.stream().noneMatch(place -> isAt(place, path)))
            .toList();
    assertThat(missing).isEmpty();
  }

  private static boolean isAt(String place, String path) {
    String form = Pattern.quote(path).replace("*", "\\E[^.#]+\\Q").replace("[]", "[\\E[0-9]+\\Q]");
    return place.matches(form);
  }

  private static Object load(String text) {
    return new Load(LoadSettings.builder().build()).loadFromString(text);
  }

  private static List<String> places(Object document) {
    List<String> places = new ArrayList<>();
    walk(copy(document), "", (path, change) -> places.add(path));
    return places;
  }

  /** Text that is harmless in a file but would be an option as a word of a command. */
  @ParameterizedTest
  @ValueSource(strings = {"-rf", "--uid=root", "-"})
  void noTextButAnExtraArgumentOrAVariablesValueMayLookLikeAnOption(String option) {
    List<String> places = places(SMALL);
    for (int i = 0; i < places.size(); i++) {
      boolean mayHold =
          places.get(i).startsWith(".spec.launcher.extraArguments[")
              || (places.get(i).startsWith(".spec.launcher.environment.")
                  && !places.get(i).endsWith("#key"));
      assertThat(SpecTexts.problems(withHostile(SMALL, i, option)).isEmpty())
          .as(places.get(i))
          .isEqualTo(mayHold);
    }
  }

  private static String withHostile(Object spec, int place, String hostile) {
    Object document = copy(spec);
    List<Runnable> changes = new ArrayList<>();
    walk(document, "", (path, change) -> changes.add(() -> change.accept(hostile)));
    changes.get(place).run();
    return json(document);
  }

  private static Object copy(Object node) {
    if (node instanceof Map<?, ?> map) {
      Map<Object, Object> fields = new LinkedHashMap<>();
      map.forEach((key, value) -> fields.put(key, copy(value)));
      return fields;
    }
    return node instanceof List<?> list
        ? new ArrayList<>(list.stream().map(HostileSpecTest::copy).toList())
        : node;
  }

  /** JSON is YAML; every text in double quotes, with escapes for what is not plain ASCII. */
  private static String json(Object node) {
    if (node instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> json(entry.getKey()) + ": " + json(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (node instanceof List<?> list) {
      return list.stream().map(HostileSpecTest::json).collect(Collectors.joining(", ", "[", "]"));
    }
    StringBuilder text = new StringBuilder();
    for (char c : node.toString().toCharArray()) {
      boolean plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
      text.append(plain ? String.valueOf(c) : String.format("\\u%04x", (int) c));
    }
    return "\"" + text + "\"";
  }

  private interface Visitor {
    void at(String path, Consumer<String> change);
  }

  @SuppressWarnings("unchecked") // what the YAML library loads is maps, lists and scalars
  private static void walk(Object node, String path, Visitor visitor) {
    if (node instanceof Map<?, ?> map) {
      Map<String, Object> fields = (Map<String, Object>) map;
      for (String key : List.copyOf(fields.keySet())) {
        String child = path + "." + key;
        visitor.at(child + "#key", text -> rename(fields, key, text));
        descend(fields.get(key), child, visitor, value -> fields.put(key, value));
      }
    } else if (node instanceof List<?> list) {
      List<Object> items = (List<Object>) list;
      for (int i = 0; i < items.size(); i++) {
        int index = i;
        descend(items.get(i), path + "[" + i + "]", visitor, value -> items.set(index, value));
      }
    }
  }

  private static void descend(Object value, String path, Visitor visitor, Consumer<Object> setter) {
    if (value instanceof Map || value instanceof List) {
      walk(value, path, visitor);
    } else {
      visitor.at(path, setter::accept);
    }
  }

  private static void rename(Map<String, Object> fields, String key, String name) {
    Map<String, Object> copy = new LinkedHashMap<>(fields);
    fields.clear();
    copy.forEach((k, v) -> fields.put(k.equals(key) ? name : k, v));
  }
}

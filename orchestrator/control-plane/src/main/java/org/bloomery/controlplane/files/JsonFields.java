package org.bloomery.controlplane.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.controlplane.files.SmallFile.Malformed;

/** The fields of one JSON object, each asked for with its type; unknown ones are left alone. */
final class JsonFields {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode object;

  private JsonFields(JsonNode object) {
    this.object = object;
  }

  /** The fields of a text that must be one JSON object of the version that we know. */
  static JsonFields of(String text) throws Malformed {
    JsonNode root;
    try {
      root = MAPPER.readTree(text);
    } catch (JsonProcessingException broken) {
      throw new Malformed("not JSON, or cut: " + broken.getOriginalMessage());
    }
    if (!root.isObject()) {
      throw new Malformed("not a JSON object, or still empty");
    }
    JsonFields fields = new JsonFields(root);
    if (fields.whole("version") != 1) {
      throw new Malformed("version " + fields.whole("version") + " is unknown, 1 is known");
    }
    return fields;
  }

  String text(String name) throws Malformed {
    JsonNode value = object.path(name);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new Malformed("no text '" + name + "'");
    }
    return value.textValue();
  }

  /** A whole number that is not negative. */
  long whole(String name) throws Malformed {
    JsonNode value = object.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw new Malformed("no whole number '" + name + "'");
    }
    return value.longValue();
  }

  int small(String name) throws Malformed {
    long value = whole(name);
    if (value > Integer.MAX_VALUE) {
      throw new Malformed("'" + name + "' is too large: " + value);
    }
    return (int) value;
  }

  /**
   * A time in seconds since 1970 UTC; one beyond the year 9999 is garbage that no calculation
   * should meet.
   */
  long epochSeconds(String name) throws Malformed {
    long value = whole(name);
    if (value > 253_402_300_799L) {
      throw new Malformed("'" + name + "' is no time: " + value);
    }
    return value;
  }

  List<String> texts(String name) throws Malformed {
    JsonNode array = object.path(name);
    if (!array.isArray()) {
      throw new Malformed("no list '" + name + "'");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array) {
      if (!element.isTextual()) {
        throw new Malformed("'" + name + "' holds something that is not text");
      }
      texts.add(element.textValue());
    }
    return texts;
  }
}

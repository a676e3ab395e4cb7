package org.bloomery.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.Map;
import org.bloomery.controlplane.http.ApiJson;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes a value as the JSON that is our contract, or as the YAML with the same fields. */
final class Printer {
  /** Made on first use: most commands print a table and never need it. */
  private ObjectMapper json;

  /** Pretty JSON with a line feed at its end. */
  String json(Object value) {
    try {
      return Terminal.printableJson(mapper().writeValueAsString(value)) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + value.getClass(), e);
    }
  }

  /** YAML in ASCII: everything else in its strings is escaped. */
  String yaml(Object value) {
    Map<String, Object> tree =
        mapper().convertValue(value, new TypeReference<Map<String, Object>>() {});
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setUseUnicodeEncoding(false)
            .setDereferenceAliases(true)
            .build();
    return new Dump(settings).dumpToString(tree);
  }

  private ObjectMapper mapper() {
    if (json == null) {
      json = ApiJson.mapper().enable(SerializationFeature.INDENT_OUTPUT);
    }
    return json;
  }
}

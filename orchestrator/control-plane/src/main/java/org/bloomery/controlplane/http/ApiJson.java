package org.bloomery.controlplane.http;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Locale;
import org.bloomery.core.budget.Movement;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.plan.PlanProblem;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.spec.Severity;
import org.bloomery.core.spec.SpecCode;
import org.bloomery.core.spec.SpecProblem;

/**
 * How the views look as JSON: fields in the order of their records, absent values as null, times as
 * ISO-8601 in UTC, durations in seconds, a NaN as the text {@code "NaN"}.
 *
 * <p>The core knows nothing of Jackson, so what its types need is said here, beside them.
 */
public final class ApiJson {
  private ApiJson() {}

  /** For answers and for people's output: lenient towards fields that a newer server adds. */
  public static ObjectMapper mapper() {
    return common().build();
  }

  /** For what comes in from outside: nothing unknown, missing or said twice. */
  static ObjectMapper strictMapper() {
    return common()
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();
  }

  private static JsonMapper.Builder common() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addMixIn(RunId.class, PlainText.class)
            .addMixIn(HomeId.class, PlainText.class)
            .addMixIn(GpuSeconds.class, PlainNumber.class)
            .addMixIn(SpecCode.class, CodeById.class)
            .addMixIn(PlanProblem.Code.class, CodeById.class)
            .addMixIn(SpecProblem.class, WithSeverity.class)
            .addMixIn(Severity.class, PlainWord.class)
            .addMixIn(Movement.Kind.class, PlainWord.class)
            .addMixIn(RunEvent.class, NamedEvent.class);
    for (Class<?> event : RunEvent.class.getPermittedSubclasses()) {
      builder.registerSubtypes(new NamedType(event, eventName(event)));
    }
    return builder;
  }

  /** {@code CheckpointSealed} is {@code checkpoint-sealed}. */
  private static String eventName(Class<?> event) {
    return event.getSimpleName().replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  @SuppressWarnings("UnusedVariable") // Jackson reads the signature.
  private abstract static class PlainText {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    PlainText(String value) {}

    @JsonValue
    abstract String value();
  }

  @SuppressWarnings("UnusedVariable") // Jackson reads the signature.
  private abstract static class PlainNumber {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    PlainNumber(long value) {}

    @JsonValue
    abstract long value();
  }

  private interface CodeById {
    @JsonValue
    String id();
  }

  /** It follows from the code, but a program that reads JSON does not know the codes. */
  private interface WithSeverity {
    @JsonProperty
    Severity severity();
  }

  private interface PlainWord {
    @JsonValue
    String word();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
  private interface NamedEvent {}
}

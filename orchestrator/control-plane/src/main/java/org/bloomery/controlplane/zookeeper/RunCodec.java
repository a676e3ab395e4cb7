package org.bloomery.controlplane.zookeeper;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bloomery.core.budget.Budget;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.LedgerSegment;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.LimitException;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/**
 * Turns runs and their records into JSON and back; equal values make equal bytes.
 *
 * <p>A document is <code>{"format":1,"run":{...}}</code> or <code>{"format":1,"record":{...}}
 * </code>; facts and phases carry their simple class name as {@code "type"}, so renaming one of
 * them or one of their components is a change of the format. Absent options are left out, and a
 * list that is not there is an empty one: so documents from before a component stay readable.
 *
 * <p>Fields that this version does not know are passed over, and are gone once it writes the state
 * again. To keep them, the tree that {@link #decodeRun} read would have to travel with the {@link
 * Run} to the next write and be merged into it there, field by field.
 */
public final class RunCodec {
  /** Raised when older code must not read what newer code has written. */
  public static final int FORMAT = 1;

  /** Larger states would slow down every write of the run. */
  public static final int STATE_BYTES_MAX = 64 * 1024;

  /** State and record travel in one request, which ZooKeeper limits to 1 MiB. */
  public static final int RECORD_BYTES_MAX = 64 * 1024;

  public static final int SPEC_BYTES_MAX = 256 * 1024;

  /** Slow to make, and safe to share. */
  private static final JsonMapper MAPPER = newMapper();

  /** Tags each value with the simple name of its class. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  private interface Tagged {}

  /** Writes a run's name as a plain string. */
  private abstract static class NameAlone {
    @SuppressWarnings("UnusedVariable") // stands for the constructor of the real class
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    NameAlone(String value) {}

    @JsonValue
    abstract String value();
  }

  /** Writes an amount as a plain number. */
  private abstract static class NumberAlone {
    @SuppressWarnings("UnusedVariable") // stands for the constructor of the real class
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    NumberAlone(long value) {}

    @JsonValue
    abstract long value();
  }

  private static JsonMapper newMapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .addMixIn(RunEvent.class, Tagged.class)
            .addMixIn(Phase.class, Tagged.class)
            .addMixIn(RunId.class, NameAlone.class)
            .addMixIn(GpuSeconds.class, NumberAlone.class)
            // Records have questions as methods (isFinished); only their components are stored.
            .visibility(PropertyAccessor.ALL, Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .visibility(PropertyAccessor.CREATOR, Visibility.ANY)
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .withConfigOverride(
                List.class,
                lists -> lists.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)))
            // A missing component is damage, unless it is optional or a list.
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    register(builder, RunEvent.class);
    register(builder, Phase.class);
    return builder.build();
  }

  private static void register(JsonMapper.Builder builder, Class<?> sealed) {
    for (Class<?> variant : sealed.getPermittedSubclasses()) {
      builder.registerSubtypes(new NamedType(variant, variant.getSimpleName()));
    }
  }

  /** A run's state as it is stored. */
  public byte[] encode(Run run) {
    byte[] bytes = document("run", run);
    return limited(bytes, STATE_BYTES_MAX, run.id() + ": the state after version " + run.version());
  }

  /** One entry of the history as it is stored. */
  public byte[] encode(RunRecord entry) {
    byte[] bytes = document("record", entry);
    return limited(bytes, RECORD_BYTES_MAX, "the record of version " + entry.version());
  }

  /** What is known of a cluster's nodes, as it is stored. */
  public byte[] encode(SiteNodes nodes) {
    return limited(document("nodes", nodes), STATE_BYTES_MAX, "the nodes of " + nodes.cluster());
  }

  /** An allocation with its movements, as it is stored. */
  public byte[] encode(Budget budget) {
    String what = "allocation " + budget.grant().name();
    return limited(document("budget", budget), STATE_BYTES_MAX, what);
  }

  /** What is recorded of a file of the ledger, as it is stored. */
  public byte[] encode(LedgerSegment segment) {
    return limited(document("segment", segment), RECORD_BYTES_MAX, segment.file());
  }

  /** Where an archived run lies, as it is stored. */
  byte[] encode(ArchivePlace place) {
    return limited(document("place", place), RECORD_BYTES_MAX, place.file());
  }

  /** A spec's text as it is stored. */
  public byte[] encodeSpec(String text) {
    return limited(text.getBytes(StandardCharsets.UTF_8), SPEC_BYTES_MAX, "the spec");
  }

  /**
   * Reads a state.
   *
   * @param place where it was found, for the message
   * @throws DamagedException if it is none, or a newer version's
   */
  public Run decodeRun(byte[] bytes, String place) {
    return decode(bytes, "run", Run.class, place);
  }

  /**
   * Reads an entry of the history.
   *
   * @param place where it was found, for the message
   * @throws DamagedException if it is none, or a newer version's
   */
  public RunRecord decodeRecord(byte[] bytes, String place) {
    return decode(bytes, "record", RunRecord.class, place);
  }

  /**
   * Reads what is known of a cluster's nodes.
   *
   * @param place where it was found, for the message
   * @throws DamagedException if it is no such document, or a newer version's
   */
  public SiteNodes decodeNodes(byte[] bytes, String place) {
    return decode(bytes, "nodes", SiteNodes.class, place);
  }

  /**
   * Reads what is recorded of a file of the ledger.
   *
   * @param place where it was found, for the message
   * @throws DamagedException if it is no such document, or a newer version's
   */
  public LedgerSegment decodeSegment(byte[] bytes, String place) {
    return decode(bytes, "segment", LedgerSegment.class, place);
  }

  /**
   * Reads an allocation with its movements.
   *
   * @param place where it was found, for the message
   * @throws DamagedException if it is no such document, or a newer version's
   */
  public Budget decodeBudget(byte[] bytes, String place) {
    return decode(bytes, "budget", Budget.class, place);
  }

  /**
   * Reads where an archived run lies.
   *
   * @param place where it was found, for the message
   * @throws DamagedException if it is no such document, or a newer version's
   */
  ArchivePlace decodePlace(byte[] bytes, String place) {
    return decode(bytes, "place", ArchivePlace.class, place);
  }

  /** A document on one line. */
  byte[] document(String name, Object value) {
    ObjectNode document = MAPPER.createObjectNode().put("format", FORMAT);
    document.set(name, MAPPER.valueToTree(value));
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  <T> T decode(byte[] bytes, String name, Class<T> type, String place) {
    try {
      JsonNode document = MAPPER.readTree(bytes);
      int format = document.path("format").asInt(0);
      if (format > FORMAT) {
        throw new DamagedException(
            place
                + " was written by a newer Bloomery (format "
                + format
                + ", this one reads "
                + FORMAT
                + "): use that one",
            null);
      }
      if (format < 1 || !document.path(name).isObject()) {
        throw new DamagedException(place + " is not a stored " + name, null);
      }
      return MAPPER.treeToValue(document.get(name), type);
    } catch (IOException | IllegalArgumentException e) {
      throw new DamagedException(place + " cannot be read as a " + name + ": " + reason(e), e);
    }
  }

  private static String reason(Exception e) {
    return e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
  }

  private static byte[] limited(byte[] bytes, int bytesMax, String what) {
    if (bytes.length > bytesMax) {
      throw new LimitException(
          what + " has " + bytes.length + " bytes, at most " + bytesMax + " can be stored");
    }
    return bytes;
  }
}

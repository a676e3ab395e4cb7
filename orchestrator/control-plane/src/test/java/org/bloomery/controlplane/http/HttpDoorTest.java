package org.bloomery.controlplane.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.FakeControlPlane;
import org.bloomery.controlplane.api.LossPoint;
import org.bloomery.controlplane.api.NodeExclusion;
import org.bloomery.core.id.RunId;
import org.bloomery.core.spec.SpecCode;
import org.bloomery.core.spec.SpecProblem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The door and its client over a real unix socket; what leaves the process comes back the same. */
class HttpDoorTest {
  private static final RunId NANO = new RunId("bloom-nano");
  private static final String ME = System.getProperty("user.name");

  @TempDir Path directory;

  private final FakeControlPlane plane = new FakeControlPlane();
  private Path socket;
  private HttpDoor door;
  private ControlPlaneClient client;

  @BeforeEach
  void open() throws IOException {
    socket = directory.resolve("control.sock");
    door = HttpDoor.open(socket, () -> plane);
    client = new ControlPlaneClient(socket);
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void everyAnswerArrivesAsItWasGiven() {
    FakeControlPlane same = new FakeControlPlane();

    assertThat(client.server()).isEqualTo(same.server());
    assertThat(client.list()).isEqualTo(same.list());
    assertThat(client.status(NANO)).isEqualTo(same.status(NANO));
    assertThat(client.describe(NANO)).isEqualTo(same.describe(NANO));
    assertThat(client.events(NANO, 0, 100)).isEqualTo(same.events(NANO, 0, 100));
    assertThat(client.explain(NANO)).isEqualTo(same.explain(NANO));
    assertThat(client.log(NANO, Optional.of(1), -9)).isEqualTo(same.log(NANO, Optional.of(1), -9));
    assertThat(client.log(NANO, Optional.empty(), 40).over()).isTrue();
    assertThat(client.lossCurve(NANO)).isEqualTo(same.lossCurve(NANO));
    assertThat(client.checkpoints(NANO, true)).isEqualTo(same.checkpoints(NANO, true));
    assertThat(client.nodes(Optional.of("jean-zay"))).isEqualTo(same.nodes(Optional.empty()));
    assertThat(client.usage(Optional.of(NANO))).isEqualTo(same.usage(Optional.of(NANO)));
    assertThat(client.usage(Optional.empty()).rows()).hasSize(2);
  }

  @Test
  void whoeverActsIsNamedByTheKernelAndNotByTheClient() {
    client.submit("kind: TrainingRun", "nano.yaml", "/specs", true, "somebody else");
    client.stop(NANO, "somebody else");
    client.cancel(NANO, "somebody else");
    client.save(NANO, "somebody else");
    client.hold(NANO, "somebody else");
    client.release(NANO, "somebody else");
    client.excludeNode(
        new NodeExclusion(Optional.empty(), "n1", "ECC", Optional.of(Duration.ofDays(2))), "x");
    client.excludeNode(
        new NodeExclusion(Optional.of("a100"), "n2", "", Optional.empty()), "somebody else");
    client.readmitNode(Optional.of("a100"), "n2", "somebody else");
    client.resume(NANO, OptionalLong.empty(), "somebody else");
    client.resume(NANO, OptionalLong.of(60), "somebody else");

    assertThat(plane.calls())
        .containsExactly(
            "submit nano.yaml in /specs again=true by " + ME,
            "stop bloom-nano by " + ME,
            "cancel bloom-nano by " + ME,
            "save bloom-nano by " + ME,
            "hold bloom-nano by " + ME,
            "release bloom-nano by " + ME,
            "exclude n1 of the cluster for PT48H by " + ME + ": ECC",
            "exclude n2 of a100 for ever by " + ME + ": ",
            "readmit n2 of a100 by " + ME,
            "resume bloom-nano by " + ME,
            "resume bloom-nano from 60 by " + ME);
  }

  @ParameterizedTest
  @EnumSource
  void eachKindOfNoKeepsItsKindItsSentenceAndItsProblems(ApiException.Kind kind) throws Exception {
    SpecProblem problem =
        new SpecProblem(
            SpecCode.OUT_OF_RANGE, "a.yaml", 14, 10, "spec.resources.nodes", "49", "Lower it.");
    plane.failWith(new ApiException(kind, "no, because", List.of(problem)));

    ApiException no = catchThrowableOfType(ApiException.class, () -> client.status(NANO));

    assertThat(no.kind()).isEqualTo(kind);
    assertThat(no).hasMessage("no, because");
    assertThat(no.problems()).containsExactly(problem);
    assertThat(ask("GET /v1/server HTTP/1.1", "Host: bloomery").status())
        .isEqualTo(kind.httpStatus());
  }

  @Test
  void anUnexpectedErrorTellsARequestIdAndNothingElse() throws Exception {
    plane.failWith(new IllegalStateException("secret detail"));

    HttpAnswer answer = ask("GET /v1/runs HTTP/1.1", "Host: localhost:8080");

    assertThat(answer.status()).isEqualTo(500);
    JsonNode body = ApiJson.mapper().readTree(answer.body());
    assertThat(body.get("code").asText()).isEqualTo("failed");
    assertThat(body.get("requestId").asText()).isEqualTo(answer.headers().get("x-request-id"));
    assertThat(answer.body()).doesNotContain("secret", "Exception", "org.bloomery");
  }

  @Test
  void everyAnswerCarriesTheSecurityHeaders() throws Exception {
    for (HttpAnswer answer :
        List.of(
            ask("GET /v1/runs HTTP/1.1", "Host: bloomery"),
            ask("GET /nothing HTTP/1.1", "Host: bloomery"),
            ask("GET /v1/runs HTTP/1.1", "Host: evil.example"),
            ask("GET /v1/%00 HTTP/1.1", "Host: bloomery"))) {
      assertThat(answer.headers())
          .containsEntry("x-content-type-options", "nosniff")
          .containsEntry("referrer-policy", "no-referrer")
          .containsEntry("cache-control", "no-store")
          .containsEntry("content-type", "application/json")
          .doesNotContainKeys("server", "access-control-allow-origin");
      assertThat(answer.headers().get("content-security-policy"))
          .startsWith("default-src 'none';")
          .contains("frame-ancestors 'none'");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example",
        "Host: localhost.evil.example",
        "Host: bloomery\r\nOrigin: http://evil.example",
        "Host: localhost:8080\r\nOrigin: http://localhost:3000",
        "Host: bloomery\r\nOrigin: null",
        "Host: bloomery\r\nSec-Fetch-Site: cross-site",
        "Host: bloomery\r\nSec-Fetch-Site: same-site",
      })
  void anotherSitesPageIsTurnedAway(String headers) throws Exception {
    assertThat(ask("GET /v1/runs HTTP/1.1", headers).status()).isEqualTo(403);
    assertThat(plane.calls()).isEmpty();
  }

  @Test
  void ourOwnPageIsServed() throws Exception {
    String headers =
        "Host: localhost:8080\r\nOrigin: http://localhost:8080\r\nSec-Fetch-Site: same-origin";

    assertThat(ask("GET /v1/runs HTTP/1.1", headers).status()).isEqualTo(200);
  }

  @Test
  void whatChangesSomethingNeedsHeaderAndJson() throws Exception {
    String post = "POST /v1/runs/bloom-nano/cancel HTTP/1.1";
    String json = "Host: bloomery\r\nContent-Length: 2\r\nContent-Type: application/json";

    assertThat(send(post, json, "{}").status()).isEqualTo(403);
    assertThat(send(post, "Host: bloomery\r\nContent-Length: 2\r\nX-Bloomery: 1", "{}").status())
        .isEqualTo(415);
    assertThat(send(post, json + "x\r\nX-Bloomery: 1", "{}").status()).isEqualTo(415);
    assertThat(plane.calls()).isEmpty();

    assertThat(send(post, json + "; charset=utf-8\r\nX-Bloomery: 1", "{}").status()).isEqualTo(200);
    assertThat(plane.calls()).containsExactly("cancel bloom-nano by " + ME);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"specText\":\"a\",\"file\":\"b\",\"specDirectory\":\"/c\",\"again\":false,\"x\":1}",
        "{\"specText\":\"a\",\"file\":\"b\",\"specDirectory\":\"/c\"}",
        "{\"specText\":\"a\",\"file\":\"b\",\"specDirectory\":\"/c\",\"again\":null}",
        "{\"specText\":\"a\",\"specText\":\"b\",\"file\":\"b\",\"specDirectory\":\"/c\","
            + "\"again\":false}",
        "{\"specText\":\"hunter2\",\"file\":\"b\",\"specDirectory\":\"/c\",\"again\":false} 2",
      })
  void aBodyThatIsNotExactlyTheQuestionIsRefused(String body) throws Exception {
    HttpAnswer answer = send("POST /v1/runs HTTP/1.1", jsonHeaders(body.length()), body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).doesNotContain("hunter2", "jackson", "org.bloomery");
    assertThat(plane.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"reason\":\"no node\"}",
        "{\"node\":\"n1\",\"reason\":\"two\\nlines\"}",
        "{\"node\":\"n1\",\"seconds\":\"soon\"}",
      })
  void anExclusionThatMakesNoSenseIsRefused(String body) throws Exception {
    HttpAnswer answer = send("POST /v1/nodes/exclude HTTP/1.1", jsonHeaders(body.length()), body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(plane.calls()).isEmpty();
  }

  @Test
  void anAnswerLargerThanEveryBufferArrivesWhole() {
    plane.losses =
        LongStream.rangeClosed(1, 20_000).mapToObj(i -> new LossPoint(1, i, 1.0 / i)).toList();

    assertThat(client.lossCurve(NANO)).isEqualTo(plane.losses);
  }

  @Test
  void aBodyOverOneMebibyteIsRefused() throws Exception {
    String much = "a".repeat(Routes.BODY_BYTES_MAX);
    ApiException tooMuch =
        catchThrowableOfType(
            ApiException.class, () -> client.submit(much, "big.yaml", "/specs", false, ""));

    assertThat(tooMuch.kind()).isEqualTo(ApiException.Kind.INVALID);
    assertThat(tooMuch).hasMessageContaining("1 MiB");
    assertThat(plane.calls()).isEmpty();
  }

  @Test
  void aBodyInChunksIsCountedToo() throws Exception {
    String size = Integer.toHexString(Routes.BODY_BYTES_MAX + 1);
    String body = size + "\r\n" + "a".repeat(Routes.BODY_BYTES_MAX + 1) + "\r\n0\r\n\r\n";
    String headers = jsonHeaders(0).replace("Content-Length: 0", "Transfer-Encoding: chunked");

    assertThat(send("POST /v1/runs HTTP/1.1", headers, body).status()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/runs/Bad..Name",
        "/v1/runs/bloom-nano/events?after=-1",
        "/v1/runs/bloom-nano/events?limit=0",
        "/v1/runs/bloom-nano/events?limit=99999999",
        "/v1/runs/bloom-nano/log?attempt=one",
        "/v1/runs/bloom-nano/log?offset=1e9",
        "/v1/runs/bloom-nano/checkpoints?verify=maybe",
        "/v1/usage?run=../etc",
      })
  void aQuestionThatMakesNoSenseIsRefused(String target) throws Exception {
    HttpAnswer answer = ask("GET " + target + " HTTP/1.1", "Host: bloomery");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(plane.calls()).isEmpty();
  }

  @Test
  void whatIsNoHttpGetsAShortAnswer() throws Exception {
    assertThat(ask("GET /v1/nothing HTTP/1.1", "Host: bloomery").status()).isEqualTo(404);
    HttpAnswer huge = ask("GET /v1/runs HTTP/1.1", "Host: bloomery\r\nX: " + "a".repeat(20_000));
    assertThat(huge.status()).isEqualTo(431);
    assertThat(huge.body()).doesNotContain("Exception", "jetty");
    HttpAnswer garbage = ask("HELO example", "Host: bloomery");
    assertThat(garbage.status()).isBetween(400, 505);
    assertThat(garbage.body()).doesNotContain("Exception", "jetty");
  }

  @Test
  void aLiveServerKeepsItsSocketAndADeadOnesIsReplaced() throws Exception {
    assertThatThrownBy(() -> HttpDoor.open(socket, () -> plane))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a control plane already answers at " + socket);
    assertThat(client.list()).hasSize(2);

    Path stale = directory.resolve("stale.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(stale));
    }
    assertThat(stale).exists();
    try (HttpDoor second = HttpDoor.open(stale, () -> plane)) {
      assertThat(new ControlPlaneClient(second.socket()).list()).hasSize(2);
    }
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws Exception {
    Path file = Files.writeString(directory.resolve("precious"), "data");

    assertThatThrownBy(() -> HttpDoor.open(file, () -> plane))
        .hasMessageContaining("is not a socket");
    assertThat(file).hasContent("data");
  }

  @Test
  void aPathThatTheKernelCannotTakeIsNamed() {
    Path deep = directory.resolve("d".repeat(120));

    assertThatThrownBy(() -> HttpDoor.open(deep, () -> plane)).hasMessageContaining("107 bytes");
  }

  @Test
  void anotherAccountIsTurnedAwayWhateverItSays() throws Exception {
    UserPrincipal nobody =
        directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Path theirs = directory.resolve("theirs.sock");
    try (HttpDoor other = HttpDoor.open(theirs, () -> plane, nobody)) {
      ControlPlaneClient stranger = new ControlPlaneClient(other.socket());

      ApiException look = catchThrowableOfType(ApiException.class, stranger::list);
      ApiException act = catchThrowableOfType(ApiException.class, () -> stranger.cancel(NANO, ""));

      assertThat(look).hasMessageContaining("belongs to nobody; " + ME + " may not use it");
      assertThat(act.kind()).isEqualTo(ApiException.Kind.REFUSED);
      assertThat(plane.calls()).isEmpty();
    }
  }

  @Test
  void onlyTheOwnerMayTouchTheSocket() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
  }

  @Test
  void aClosedDoorLeavesNoSocketAndItsClientSaysHowToStartOne() {
    door.close();

    assertThat(socket).doesNotExist();
    ApiException nobody = catchThrowableOfType(ApiException.class, () -> client.list());
    assertThat(nobody.kind()).isEqualTo(ApiException.Kind.UNAVAILABLE);
    assertThat(nobody)
        .hasMessage("no control plane answers at " + socket + ". Start one with: bloomery serve");
  }

  @Test
  void allQuestionsInARowWorkWithoutLeavingConnections() {
    for (int i = 0; i < 200; i++) {
      assertThat(client.server().pid()).isEqualTo(4711);
    }
  }

  private static String jsonHeaders(int length) {
    return "Host: bloomery\r\nX-Bloomery: 1\r\nContent-Type: application/json\r\n"
        + "Content-Length: "
        + length;
  }

  private HttpAnswer ask(String line, String headers) throws IOException {
    return send(line, headers, "");
  }

  /** Sends exactly these bytes, as a browser or an attacker might. */
  private HttpAnswer send(String line, String headers, String body) throws IOException {
    String all = line + "\r\n" + headers + "\r\nConnection: close\r\n\r\n" + body;
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer bytes = ByteBuffer.wrap(all.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return HttpAnswer.parse(Channels.newInputStream(channel).readAllBytes());
    }
  }
}

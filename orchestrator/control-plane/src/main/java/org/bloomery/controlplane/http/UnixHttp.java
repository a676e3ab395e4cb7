package org.bloomery.controlplane.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One HTTP/1.1 exchange over a unix socket: connect, ask, read to the end, close.
 *
 * <p>A general client would cost every command several hundred milliseconds of start-up. This one
 * talks to our own door only, so it is strict: whatever is not exactly framed is an error.
 */
final class UnixHttp {
  private static final int CHUNK_BYTES = 64 << 10;

  private final Path socket;
  private final int answerBytesMax;

  /**
   * Makes a client.
   *
   * @param answerBytesMax a longer answer is an error
   */
  UnixHttp(Path socket, int answerBytesMax) {
    this.socket = socket;
    this.answerBytesMax = answerBytesMax;
  }

  /** No server listens at the socket, as opposed to one that answers badly. */
  static final class NobodyListens extends IOException {
    private static final long serialVersionUID = 1L;

    NobodyListens(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Asks and waits for the whole answer.
   *
   * @param target path and query, already encoded
   * @param body JSON of a request that changes something; null for a GET
   * @param patience how long all of it may take
   */
  HttpAnswer exchange(String target, byte[] body, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    try (SocketChannel channel = connect();
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
      ByteBuffer question = question(target, body);
      while (question.hasRemaining()) {
        await(selector, deadline);
        channel.write(question);
      }
      key.interestOps(SelectionKey.OP_READ);
      return HttpAnswer.parse(readToEnd(channel, selector, deadline));
    }
  }

  private SocketChannel connect() throws NobodyListens {
    try {
      return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new NobodyListens(e);
    }
  }

  private static ByteBuffer question(String target, byte[] body) {
    StringBuilder head = new StringBuilder();
    head.append(body == null ? "GET " : "POST ").append(target).append(" HTTP/1.1\r\n");
    head.append("Host: bloomery\r\nConnection: close\r\nAccept: application/json\r\n");
    if (body != null) {
      head.append("X-Bloomery: 1\r\nContent-Type: application/json\r\n");
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    byte[] lines = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer all = ByteBuffer.allocate(lines.length + (body == null ? 0 : body.length));
    all.put(lines);
    if (body != null) {
      all.put(body);
    }
    return all.flip();
  }

  private byte[] readToEnd(SocketChannel channel, Selector selector, long deadline)
      throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    while (true) {
      await(selector, deadline);
      int count = channel.read(chunk.clear());
      if (count < 0) {
        return all.toByteArray();
      }
      if (all.size() + count > answerBytesMax) {
        throw new IOException("the answer is larger than " + answerBytesMax + " bytes");
      }
      all.write(chunk.array(), 0, count);
    }
  }

  private static void await(Selector selector, long deadline) throws IOException {
    long left = (deadline - System.nanoTime()) / 1_000_000;
    if (left <= 0 || selector.select(left) == 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    selector.selectedKeys().clear();
  }
}

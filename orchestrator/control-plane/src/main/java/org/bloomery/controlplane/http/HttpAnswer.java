package org.bloomery.controlplane.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A complete HTTP/1.1 answer.
 *
 * @param status such as 200
 * @param headers by name in lower case
 * @param body decoded as UTF-8
 */
record HttpAnswer(int status, Map<String, String> headers, String body) {
  private static final int HEADER_BYTES_MAX = 16 << 10;
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 ([1-5][0-9]{2})( .*)?");

  /** Reads what the other side sent until it closed; anything but one whole answer is an error. */
  static HttpAnswer parse(byte[] all) throws IOException {
    int end = endOfHeader(all);
    String[] lines = new String(all, 0, end, StandardCharsets.ISO_8859_1).split("\r\n", -1);
    Matcher first = STATUS_LINE.matcher(lines[0]);
    if (!first.matches()) {
      throw malformed("no status line");
    }
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1) {
        throw malformed("a header without a name");
      }
      String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
      String value = lines[i].substring(colon + 1).strip();
      if (headers.put(name, value) != null && name.equals("content-length")) {
        throw malformed("two lengths");
      }
    }
    byte[] rest = Arrays.copyOfRange(all, end + 4, all.length);
    return new HttpAnswer(
        Integer.parseInt(first.group(1)),
        headers,
        new String(body(headers, rest), StandardCharsets.UTF_8));
  }

  private static int endOfHeader(byte[] all) throws IOException {
    for (int i = 0; i + 3 < Math.min(all.length, HEADER_BYTES_MAX); i++) {
      if (all[i] == '\r' && all[i + 1] == '\n' && all[i + 2] == '\r' && all[i + 3] == '\n') {
        return i;
      }
    }
    throw malformed(all.length == 0 ? "it is empty" : "its header does not end");
  }

  private static byte[] body(Map<String, String> headers, byte[] rest) throws IOException {
    String length = headers.get("content-length");
    String coding = headers.get("transfer-encoding");
    if (coding != null && coding.equalsIgnoreCase("chunked") && length == null) {
      return unchunked(rest);
    }
    if (coding == null && length != null && length.equals(Integer.toString(rest.length))) {
      return rest;
    }
    throw malformed("its body is cut off or has no length");
  }

  private static byte[] unchunked(byte[] rest) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int at = 0;
    while (true) {
      int line = at;
      while (line < rest.length && rest[line] != '\r') {
        line++;
      }
      int size = chunkSize(new String(rest, at, line - at, StandardCharsets.ISO_8859_1));
      int start = line + 2;
      if (size > rest.length - start - 2) {
        throw malformed("a chunk is cut off");
      }
      if (size == 0) {
        return body.toByteArray();
      }
      body.write(rest, start, size);
      at = start + size + 2;
    }
  }

  private static int chunkSize(String hex) throws IOException {
    if (!hex.matches("[0-9a-fA-F]{1,7}")) {
      throw malformed("a chunk without a size");
    }
    return Integer.parseInt(hex, 16);
  }

  private static IOException malformed(String how) {
    return new IOException("the answer is not the HTTP that a control plane speaks: " + how);
  }
}

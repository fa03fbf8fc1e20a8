package dev.athanor.server.openai;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A connection on which a test says what no client library would. */
final class Wire implements AutoCloseable {
    private final Socket socket;

    Wire(int port) throws IOException {
        this(port, 30_000);
    }

    Wire(int port, int timeoutMillis) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(timeoutMillis);
        socket.setTcpNoDelay(true);
    }

    /** Headers of a POST with JSON. */
    static String post(String path, long length) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + length + "\r\n\r\n";
    }

    static String post(String path, String body) {
        return post(path, body.getBytes(StandardCharsets.UTF_8).length) + body;
    }

    Wire say(String text) throws IOException {
        return say(text.getBytes(StandardCharsets.UTF_8));
    }

    Wire say(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** No more will be said; the answer can still be heard. */
    Wire hush() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    InputStream in() throws IOException {
        return socket.getInputStream();
    }

    /** Everything until the other side closes, or a reset. */
    String all() {
        StringBuilder all = new StringBuilder();
        byte[] buffer = new byte[8192];
        try {
            for (int n = in().read(buffer); n >= 0; n = in().read(buffer)) {
                all.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            all.append('[').append(e.getMessage()).append(']');
        }
        return all.toString();
    }

    /** The next answer, head and body, where it has a length. */
    String answer() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in().read();
            if (c < 0) {
                return head.toString();
            }
            head.append((char) c);
        }
        String lower = head.toString().toLowerCase(Locale.ROOT);
        int at = lower.indexOf("content-length: ");
        int length = at < 0 ? 0 : Integer.parseInt(lower.substring(at + 16, lower.indexOf('\r', at)));
        return head + new String(in().readNBytes(length), StandardCharsets.UTF_8);
    }

    /** The status of the next answer; 0 where the connection ends without one. */
    int status() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in().read(); c >= 0 && c != '\n'; c = in().read()) {
            line.append((char) c);
        }
        return line.length() < 12 ? 0 : Integer.parseInt(line.substring(9, 12));
    }

    @Override
    public void close() throws IOException {
        socket.setSoLinger(true, 0); // gone at once, as a process that is killed
        socket.close();
    }
}

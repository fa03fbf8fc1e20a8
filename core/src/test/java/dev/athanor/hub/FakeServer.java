package dev.athanor.hub;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on loopback that can break every rule of HTTP: it writes to the socket itself. */
final class FakeServer implements AutoCloseable {
    /** @param headers by lower-case name */
    record Request(String method, String path, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** Answers one request; the connection closes after it. */
    @FunctionalInterface
    interface Handler {
        void answer(Request request, Reply reply) throws IOException;
    }

    /** What goes back. */
    static final class Reply {
        private final Socket socket;
        private final OutputStream out;

        Reply(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        /** Status and headers as given, nothing added but the end of the connection. */
        Reply head(int status, Map<String, String> headers) throws IOException {
            StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " X\r\n");
            headers.forEach((name, value) ->
                    text.append(name).append(": ").append(value).append("\r\n"));
            text.append("Connection: close\r\n\r\n");
            out.write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        Reply body(byte[] bytes, int from, int to) throws IOException {
            out.write(bytes, from, to - from);
            out.flush();
            return this;
        }

        /**
         * Waits until the client hangs up. A client that sees the end of a connection as early as the headers may take
         * it for a connection that broke, and asks again.
         */
        void untilClientLeaves() throws IOException {
            socket.getInputStream().read();
        }

        /** Resets the connection, which loses what the client has not read. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        void send(int status, Map<String, String> headers, byte[] body) throws IOException {
            Map<String, String> all = new LinkedHashMap<>(headers);
            all.put("Content-Length", Integer.toString(body.length));
            head(status, all).body(body, 0, body.length);
        }

        void status(int status, Map<String, String> headers) throws IOException {
            send(status, headers, new byte[0]);
        }
    }

    private final ServerSocket listening;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Handler handler;

    FakeServer(Handler handler) {
        this.handler = handler;
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().start(this::serve);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    List<Request> requests() {
        return requests;
    }

    /** Requests by {@code method} whose path contains {@code part}. */
    List<Request> requests(String method, String part) {
        return requests.stream()
                .filter(r -> r.method().equals(method) && r.path().contains(part))
                .toList();
    }

    private void serve() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            Request request = read(new BufferedInputStream(socket.getInputStream()));
            requests.add(request);
            handler.answer(request, new Reply(socket));
            if (!socket.isClosed()) {
                socket.shutdownOutput();
            }
        } catch (IOException e) {
            // The client gave up.
        }
    }

    private static Request read(InputStream in) throws IOException {
        String[] first = line(in).split(" ");
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        if (first.length < 2) {
            throw new IOException("no request");
        }
        return new Request(first[0], first[1], headers);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.athanor.hub;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * What a repository holds: the answer to {@code GET /api/models/ORG/NAME/revision/REV?blobs=true}.
 *
 * @param commit SHA-1 of the commit that the revision names
 * @param files in the order of the list
 */
record Listing(String commit, List<RemoteFile> files) {
    /** Longest answer; the largest repositories' lists take about a tenth of it. */
    static final int MOST_BYTES = 20_000_000;

    static final int MOST_FILES = 100_000;

    /** Largest size believed, a thousand times the largest file of the hub. */
    private static final long MOST_SIZE = 1L << 50;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(100)
                    .maxNameLength(4096)
                    .maxStringLength(1 << 20)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .build();

    /** @param where the address, for sentences */
    static Listing read(byte[] json, String where) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            return new Reader(parser, where).read();
        } catch (JacksonException e) {
            String first =
                    String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
            throw new HubException(
                    where + ": expected the list of files as JSON, found something else: " + Shown.text(first)
                            + "; is HF_ENDPOINT the address of a hub?",
                    e);
        }
    }

    /** One pass over the tokens: fields that are not needed are never held. */
    private static final class Reader {
        private final JsonParser parser;
        private final String where;
        private final List<RemoteFile> files = new ArrayList<>();
        private final Set<String> names = new HashSet<>();
        private Optional<String> commit = Optional.empty();
        private boolean listed;

        Reader(JsonParser parser, String where) {
            this.parser = parser;
            this.where = where;
        }

        Listing read() {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "sha" -> {
                        expect(value, JsonToken.VALUE_STRING, "a commit as sha");
                        commit = Optional.of(parser.getString());
                    }
                    case "siblings" -> {
                        expect(value, JsonToken.START_ARRAY, "a list of files as siblings");
                        siblings();
                    }
                    default -> parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw wrong("nothing behind the object, found more");
            }
            String sha = commit.orElseThrow(() -> wrong("the commit in a field sha, found none"));
            if (!ModelName.isCommit(sha)) {
                throw wrong("a commit of 40 hexadecimal digits in sha, found \"" + Shown.text(sha) + "\"");
            }
            if (!listed) {
                throw wrong("a list of files in siblings, found none");
            }
            return new Listing(sha, List.copyOf(files));
        }

        private void siblings() {
            listed = true;
            JsonToken token = parser.nextToken();
            while (token != JsonToken.END_ARRAY) {
                expect(token, JsonToken.START_OBJECT, "an object for each file");
                if (files.size() == MOST_FILES) {
                    throw wrong("at most " + MOST_FILES + " files, found more");
                }
                RemoteFile file = sibling();
                if (!names.add(file.name())) {
                    throw wrong("every file once, found \"" + Shown.text(file.name()) + "\" twice");
                }
                files.add(file);
                token = parser.nextToken();
            }
        }

        private RemoteFile sibling() {
            Optional<String> name = Optional.empty();
            Optional<String> blob = Optional.empty();
            Optional<String> sha256 = Optional.empty();
            OptionalLong size = OptionalLong.empty();
            boolean large = false;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "rfilename" -> {
                        expect(value, JsonToken.VALUE_STRING, "the name of a file in rfilename");
                        name = Optional.of(parser.getString());
                    }
                    case "size" -> size = size(value);
                    case "blobId" -> blob = text(value, 40);
                    case "lfs" -> {
                        large = value == JsonToken.START_OBJECT;
                        sha256 = lfs(value);
                    }
                    default -> parser.skipChildren();
                }
            }
            String path = name.orElseThrow(() -> wrong("a name in rfilename for each file, found none"));
            RemoteName.fault(path).ifPresent(fault -> {
                throw wrong("plain relative file names, found " + fault + " in \"" + Shown.text(path) + "\"");
            });
            // The blob of a large file is its pointer, whose hash is not that of the file.
            return new RemoteFile(path, size, large ? sha256 : blob);
        }

        private OptionalLong size(JsonToken value) {
            if (value == JsonToken.VALUE_NULL) {
                return OptionalLong.empty();
            }
            expect(value, JsonToken.VALUE_NUMBER_INT, "a whole number of bytes in size");
            String digits = parser.getString();
            long bytes = digits.length() <= 16 ? Long.parseLong(digits) : -1;
            if (bytes < 0 || bytes > MOST_SIZE) {
                throw wrong("sizes between 0 and 2^50 bytes, found " + Shown.text(digits));
            }
            return OptionalLong.of(bytes);
        }

        private Optional<String> lfs(JsonToken value) {
            if (value != JsonToken.START_OBJECT) {
                parser.skipChildren();
                return Optional.empty();
            }
            Optional<String> sha256 = Optional.empty();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                JsonToken inner = parser.nextToken();
                if (field.equals("sha256")) {
                    sha256 = text(inner, 64);
                } else {
                    parser.skipChildren();
                }
            }
            return sha256;
        }

        /** A hash of {@code digits} hexadecimal digits; null is none. */
        private Optional<String> text(JsonToken value, int digits) {
            if (value == JsonToken.VALUE_NULL) {
                return Optional.empty();
            }
            expect(value, JsonToken.VALUE_STRING, "a hash as text");
            String hash = parser.getString();
            if (hash.length() != digits || !ModelName.isHex(hash)) {
                throw wrong("a hash of " + digits + " hexadecimal digits, found \"" + Shown.text(hash) + "\"");
            }
            return Optional.of(hash);
        }

        private void expect(@Nullable JsonToken found, JsonToken wanted, String what) {
            if (found != wanted) {
                throw wrong(what + ", found " + (found == null ? "the end" : found.name()));
            }
        }

        private HubException wrong(String expectedAndFound) {
            return new HubException(where + ": expected " + expectedAndFound);
        }
    }
}

package dev.athanor.hub;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Where a redirect may lead: a hub names any address it likes, and this machine may reach what the hub cannot, such as
 * the metadata service of a cloud (server-side request forgery, CWE-918). The client that connects afterwards gets the
 * same addresses, from the JDK's cache of names.
 */
final class Destinations {
    /** How far from the public an address is; one may go outward only. */
    private enum Zone {
        PUBLIC,
        PRIVATE,
        LOOPBACK,
        FORBIDDEN
    }

    private final URI endpoint;
    private final Surroundings.Addresses addresses;

    Destinations(URI endpoint, Surroundings.Addresses addresses) {
        this.endpoint = endpoint;
        this.addresses = addresses;
    }

    /** @throws HubException where a redirect from {@code from} must not be followed to {@code to} */
    void check(URI from, URI to) {
        String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw refused(from, "a redirect to a web address", "one to " + Shown.text(to.toString()));
        }
        if (scheme.equals("http") && "https".equalsIgnoreCase(from.getScheme())) {
            throw refused(from, "a redirect that stays encrypted", "one to " + Shown.text(to.toString()));
        }
        if (to.getHost() == null || to.getRawUserInfo() != null) {
            throw refused(from, "a redirect to a host", "one to " + Shown.text(to.toString()));
        }
        if (sameOrigin(endpoint, to)) {
            return;
        }
        Zone zone = zone(to.getHost());
        if (zone == Zone.FORBIDDEN || zone.compareTo(zone(endpoint.getHost())) > 0) {
            throw refused(
                    from,
                    "a redirect to a host as public as the hub",
                    "one to " + Shown.text(to.getHost()) + ", an address inside this machine or its network");
        }
    }

    private static HubException refused(URI from, String expected, String found) {
        return new HubException(from.getScheme() + "://" + from.getRawAuthority() + ": expected " + expected
                + ", found " + found + "; it was not followed, and nothing was fetched from there");
    }

    /** The most private of the host's addresses: the client may choose any of them. */
    private Zone zone(String host) {
        try {
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return addresses.of(bare).stream()
                    .map(Destinations::zone)
                    .max(Zone::compareTo)
                    .orElse(Zone.FORBIDDEN);
        } catch (UnknownHostException e) {
            throw new HubException(
                    Shown.text(host) + ": expected a host that the name service knows, found none; is there a network?",
                    e);
        }
    }

    private static Zone zone(InetAddress address) {
        if (address.isLinkLocalAddress() || address.isAnyLocalAddress() || address.isMulticastAddress()) {
            return Zone.FORBIDDEN;
        }
        if (address.isLoopbackAddress()) {
            return Zone.LOOPBACK;
        }
        byte[] b = address.getAddress();
        if (address instanceof Inet6Address) {
            return zone6(address, b);
        }
        int first = b[0] & 0xFF;
        int second = b[1] & 0xFF;
        if (first == 0 || first >= 240) {
            return Zone.FORBIDDEN;
        }
        boolean carrier = first == 100 && second >= 64 && second < 128; // RFC 6598
        boolean benchmark = first == 198 && (second == 18 || second == 19); // RFC 2544
        return address.isSiteLocalAddress() || carrier || benchmark ? Zone.PRIVATE : Zone.PUBLIC;
    }

    private static Zone zone6(InetAddress address, byte[] b) {
        if ((b[0] & 0xFE) == 0xFC || address.isSiteLocalAddress()) { // RFC 4193
            return Zone.PRIVATE;
        }
        // Addresses of IPv4 in the clothes of IPv6: NAT64 (RFC 6052), 6to4 (RFC 3056) and compatible ones (RFC 4291).
        byte[] nat64 = {0, 0x64, (byte) 0xFF, (byte) 0x9B, 0, 0, 0, 0, 0, 0, 0, 0};
        if (Arrays.equals(Arrays.copyOf(b, 12), nat64) || Arrays.equals(Arrays.copyOf(b, 12), new byte[12])) {
            return embedded(Arrays.copyOfRange(b, 12, 16));
        }
        return b[0] == 0x20 && b[1] == 0x02 ? embedded(Arrays.copyOfRange(b, 2, 6)) : Zone.PUBLIC;
    }

    private static Zone embedded(byte[] v4) {
        try {
            return zone(InetAddress.getByAddress(v4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /** Same scheme, host and port (RFC 6454). */
    static boolean sameOrigin(URI a, URI b) {
        return String.valueOf(a.getScheme()).equalsIgnoreCase(b.getScheme())
                && String.valueOf(a.getHost()).equalsIgnoreCase(b.getHost())
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}

package dev.athanor.hub;

/** Hears how a download goes. */
public interface PullListener {
    /** Some more bytes are here, about ten times a second. */
    void progress(PullProgress progress);

    /** One file is complete and checked, or was there before. */
    void done(PulledFile file, double seconds);

    /** A sentence about something that did not end the download, such as a broken connection. */
    void note(String sentence);
}

package dev.athanor.chat;

/**
 * What an assistant asks a tool.
 *
 * @param id by which the tool's answer names the call
 * @param name of the tool
 * @param arguments JSON object, as text
 */
public record ToolCall(String id, String name, String arguments) {}

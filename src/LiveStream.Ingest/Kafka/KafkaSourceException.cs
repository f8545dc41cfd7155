namespace LiveStream.Ingest.Kafka;

/// <summary>Reading from Kafka cannot go on; the message is one sentence for the user.</summary>
public sealed class KafkaSourceException : Exception
{
    public KafkaSourceException(string message)
        : base(message)
    {
    }

    public KafkaSourceException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Confluent.Kafka;
using LiveStream.Ingest.Native;
using LiveStream.Pipeline.Intake;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Takes the records of a consumer out of librdkafka in batches, through its C interface: the records of the partitions that were handed to
/// <see cref="Take"/> gather in a queue of its own, and none comes through the client's <c>Consume</c> any more, which goes on to serve
/// rebalances, errors and commits. So no rebalance runs inside a batch: what a partition had in the queue when it was taken away, sought or
/// paused is outdated there and never comes out. Owned and used by the one thread that reads; dispose it before the consumer. Unsafe, for a
/// record read so costs a fraction of a managed one: row <c>drain</c> of the load table against row <c>drain-managed</c>.
/// </summary>
internal sealed unsafe class BatchQueue : IDisposable
{
    /// <summary>Most records of a batch.</summary>
    public const int MostRecords = 1024;

    private const int LookAheadStep = 4;
    private const int LineBytes = 64;

    private readonly EntryPoints _native;
    private readonly Func<string, int> _topicOf;
    private readonly SafeHandle _client;
    private readonly nint _queue;
    private readonly nint[] _messages = new nint[MostRecords];
    private readonly List<(nint Handle, int Index)> _topics = [];
    private int _count;

    private BatchQueue(EntryPoints native, SafeHandle client, Func<string, int> topicOf)
    {
        _native = native;
        _topicOf = topicOf;
        _client = client;
        var isHeld = false;
        _client.DangerousAddRef(ref isHeld);
        _queue = native.QueueNew(_client.DangerousGetHandle());
    }

    /// <summary>A queue for the consumer; null, and a line in the log, when this client library does not offer what it takes.</summary>
    /// <param name="consumer">The consumer, before anything is assigned to it.</param>
    /// <param name="topicOf">The index of a topic by its name.</param>
    /// <param name="log">Told why there is none.</param>
    public static BatchQueue? TryOpen(IClient consumer, Func<string, int> topicOf, ILogger log)
    {
        var property = typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic);
        if (EntryPoints.Loaded is { } native && property?.GetValue(consumer.Handle) is SafeHandle client)
        {
            return new BatchQueue(native, client, topicOf);
        }

        log.LogWarning("This Kafka client ({Version}) offers no batches of records; they are read one by one, which is slower.", Library.VersionString);
        return null;
    }

    /// <summary>From now on the records of these partitions come here. To be called when they are assigned, before the client begins with them.</summary>
    public void Take(IEnumerable<TopicPartition> partitions)
    {
        _topics.Clear();
        foreach (var partition in partitions)
        {
            var topic = Marshal.StringToCoTaskMemUTF8(partition.Topic);
            var records = _native.QueueOfPartition(_client.DangerousGetHandle(), topic, partition.Partition.Value);
            Marshal.FreeCoTaskMem(topic);
            _native.QueueForward(records, _queue);
            _native.QueueDestroy(records);
        }
    }

    /// <summary>
    /// Reads what is there, at most <see cref="MostRecords"/>; when nothing is, waits for the first record. The records of the batch before
    /// must have been released.
    /// </summary>
    public int Read(int waitMs)
    {
        fixed (nint* messages = _messages)
        {
            _count = (int)_native.ConsumeBatch(_queue, 0, messages, MostRecords);
            if (_count == 0 && waitMs > 0)
            {
                // With room for more it would wait for more, until the time is over.
                _count = (int)_native.ConsumeBatch(_queue, waitMs, messages, 1);
            }
        }

        return _count;
    }

    /// <summary>A record of the batch, by its number; valid until <see cref="Release"/>.</summary>
    public ConsumedRecord this[int number]
    {
        get
        {
            LookAhead(number);
            var message = (NativeMessage*)_messages[number];
            int timestampKind;
            var timestampMs = _native.Timestamp(message, &timestampKind);
            return new ConsumedRecord
            {
                Error = (ErrorCode)message->Error,
                Place = new RecordPlace(message->Error == 0 ? TopicOf(message->Topic) : _topicOf(NameOf(message->Topic)), message->Partition, message->Offset),
                TimestampMs = timestampKind == 0 ? GroupIntake.NoTimestamp : timestampMs,
                Key = new ReadOnlySpan<byte>(message->Key, (int)message->KeyLength),
                Value = new ReadOnlySpan<byte>(message->Payload, (int)message->Length),
            };
        }
    }

    /// <summary>Gives the records of the batch back to the client.</summary>
    public void Release()
    {
        for (var i = 0; i < _count; i++)
        {
            _native.MessageDestroy(_messages[i]);
        }

        _count = 0;
    }

    /// <summary>Drops what is still in the queue. Partitions that are still assigned are not read any more.</summary>
    public void Dispose()
    {
        Release();
        _native.QueueDestroy(_queue);
        _client.DangerousRelease();
    }

    // The client's thread wrote them on another core: neither the message nor what it points to is near.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LookAhead(int number)
    {
        if (Sse.IsSupported && number + (2 * LookAheadStep) < _count)
        {
            var message = (byte*)_messages[number + (2 * LookAheadStep)];
            Sse.Prefetch0(message);
            Sse.Prefetch0(message + LineBytes);
        }

        if (Sse.IsSupported && number + LookAheadStep < _count)
        {
            var payload = ((NativeMessage*)_messages[number + LookAheadStep])->Payload;
            Sse.Prefetch0(payload);
            Sse.Prefetch0(payload + LineBytes);
            Sse.Prefetch0(payload + (2 * LineBytes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TopicOf(nint handle)
    {
        foreach (var topic in CollectionsMarshal.AsSpan(_topics))
        {
            if (topic.Handle == handle)
            {
                return topic.Index;
            }
        }

        return AddTopic(handle);
    }

    private int AddTopic(nint handle)
    {
        var index = _topicOf(NameOf(handle));
        _topics.Add((handle, index));
        return index;
    }

    private string NameOf(nint topic) => Marshal.PtrToStringUTF8(_native.TopicName(topic))!;

    /// <summary><c>rd_kafka_message_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NativeMessage
    {
        public int Error;
        public nint Topic;
        public int Partition;
        public byte* Payload;
        public nuint Length;
        public byte* Key;
        public nuint KeyLength;
        public long Offset;
        public nint Private;
    }

    /// <summary>The functions of the library that Confluent.Kafka has loaded.</summary>
    private sealed class EntryPoints
    {
        /// <summary>Null when one of them cannot be found.</summary>
        public static readonly EntryPoints? Loaded = Load();

        public readonly delegate* unmanaged<nint, nint> QueueNew;
        public readonly delegate* unmanaged<nint, void> QueueDestroy;
        public readonly delegate* unmanaged<nint, nint, int, nint> QueueOfPartition;
        public readonly delegate* unmanaged<nint, nint, void> QueueForward;
        public readonly delegate* unmanaged<nint, int, nint*, nint, nint> ConsumeBatch;
        public readonly delegate* unmanaged[SuppressGCTransition]<NativeMessage*, int*, long> Timestamp;
        public readonly delegate* unmanaged<nint, void> MessageDestroy;
        public readonly delegate* unmanaged<nint, nint> TopicName;

        private EntryPoints(nint library)
        {
            QueueNew = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(library, "rd_kafka_queue_new");
            QueueDestroy = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "rd_kafka_queue_destroy");
            QueueOfPartition = (delegate* unmanaged<nint, nint, int, nint>)NativeLibrary.GetExport(library, "rd_kafka_queue_get_partition");
            QueueForward = (delegate* unmanaged<nint, nint, void>)NativeLibrary.GetExport(library, "rd_kafka_queue_forward");
            ConsumeBatch = (delegate* unmanaged<nint, int, nint*, nint, nint>)NativeLibrary.GetExport(library, "rd_kafka_consume_batch_queue");
            Timestamp = (delegate* unmanaged[SuppressGCTransition]<NativeMessage*, int*, long>)NativeLibrary.GetExport(library, "rd_kafka_message_timestamp");
            MessageDestroy = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "rd_kafka_message_destroy");
            TopicName = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(library, "rd_kafka_topic_name");
        }

        // Confluent.Kafka has one class of imports for each build of the library that a package may bring, and uses one of them.
        private static EntryPoints? Load()
        {
            KafkaLibrary.EnsureLoaded();
            var client = typeof(Handle).Assembly;
            var version = client.GetType("Confluent.Kafka.Impl.Librdkafka")?.GetField("_version", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null);
            var name = (version as Delegate)?.Method.DeclaringType?.GetField("DllName", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)?.GetValue(null);
            try
            {
                return name is string library && IntPtr.Size == sizeof(long) ? new EntryPoints(NativeLibrary.Load(library, client, null)) : null;
            }
            catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                return null;
            }
        }
    }
}

using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Folds what the client says about its connections into one sentence every 10 s, and one when they are well again. Safe
/// from any thread; never throws.
/// </summary>
internal sealed class BrokerComplaints(string servers, MonotonicClock clock, ILogger log)
{
    private const string Unreachable = "unreachable";

    private readonly Throttle _throttle = new(clock);
    private int _isUnreachable;

    /// <summary>An error of a client that is not fatal.</summary>
    public void Hear(Error error)
    {
        switch (error.Code)
        {
            case ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut:
                NotReached(error.Reason);
                break;
            case ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.Local_Resolve
                or ErrorCode.SaslAuthenticationFailed or ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed:
                if (_throttle.Allows(error.Code.ToString()))
                {
                    log.LogError("Kafka at {Servers}: {Reason}", servers, error.Reason);
                }

                break;
            default:
                log.LogDebug("Kafka: {Code} {Reason}", error.Code, error.Reason);
                break;
        }
    }

    /// <summary>No broker can be reached.</summary>
    public void NotReached(string reason)
    {
        Volatile.Write(ref _isUnreachable, 1);
        if (_throttle.Allows(Unreachable))
        {
            log.LogError("Kafka at {Servers} cannot be reached ({Reason}); trying on.", servers, reason);
        }
    }

    /// <summary>A broker answered.</summary>
    public void Reached()
    {
        if (Volatile.Read(ref _isUnreachable) != 0 && Interlocked.Exchange(ref _isUnreachable, 0) != 0)
        {
            _throttle.Forget(Unreachable);
            log.LogInformation("Kafka at {Servers} answers again.", servers);
        }
    }

    /// <summary>A line of the client's own log.</summary>
    public void Note(LogMessage message) => log.LogDebug("Kafka: {Facility} {Message}", message.Facility, message.Message);
}

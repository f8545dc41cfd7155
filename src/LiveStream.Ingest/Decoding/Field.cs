namespace LiveStream.Ingest.Decoding;

/// <summary>The fields an event may have: strings first, then integers, then flags.</summary>
internal enum Field : byte
{
    Type,
    Room,
    User,
    Session,
    Id,
    Product,
    Order,
    Text,
    Channel,
    Name,
    Label,
    Time,
    Amount,
    Quantity,
    Count,
    Stock,
    NewViewer,
    NewBuyer,
    Fan,
    Unknown,
}

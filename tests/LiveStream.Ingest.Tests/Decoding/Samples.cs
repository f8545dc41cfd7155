using System.Text;
using LiveStream.Ingest.Decoding;

namespace LiveStream.Ingest.Tests.Decoding;

/// <summary>Good and nearly good lines that tests and fuzzing start from.</summary>
internal static class Samples
{
    public static readonly Pseudonym Pseudonym = new("0123456789abcdef0123456789abcdef"u8);

    public static readonly string[] Lines =
    [
        """{"type":"like","room":"room-17","ts":1511654400123,"user":"user-0012345","session":"evening","count":3}""",
        """{"type":"barrage","room":"直播间一号","ts":1511654400123,"user":"u1","text":"这件衣服真好看 \ud83d\ude00 \"quoted\" \\ \/ \b\f\n\r\t \u4e2d"}""",
        """{"type":"payment","room":"r1","ts":1511654400123,"user":"u1","order":"o-1","amount":9900,"qty":2,"product":"p1","id":"e1","newBuyer":true}""",
        """{ "type" : "enter" , "room" : "r1" , "ts" : 1511654400123 , "user" : "u1" , "channel" : "feed" , "newViewer" : false , "fan" : true }""",
        """{"type":"stock","room":"r1","ts":1511654400123,"product":"p1","stock":100,"extra":{"a":[1,2.5e3,-0,{"b":null}],"c":"x"}}""",
        """{"type":"start","room":"r1","ts":1511654400123,"name":"新品夜场","session":"s1","unknown":[[],{},"",0.1E-2,true,false,null]}""",
        """{"type":"marker","room":"r1","ts":1511654400123,"label":"script-b","text":"switch","user":null,"id":""}""",
        """{"t\u0079pe":"click","room":"r1","ts":1511654400123,"user":"\u0075\u0031","product":"p1","product":"p2","ts":1511654400124}""",
        """{"type":"explain_start","room":"r1","ts":1511654400123,"product":"p1","name":"真丝衬衫"}""",
        """{"type":"refund","room":"r1","ts":1511654400123,"user":"u1","order":"o1","amount":100000000000}""",
        """{"room":"r1","ts":1,"user":"u1","depth":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}""",
    ];

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}

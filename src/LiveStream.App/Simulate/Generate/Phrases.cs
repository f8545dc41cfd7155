using System.Text;

namespace LiveStream.App.Simulate;

/// <summary>The words of the made traffic, as UTF-8 that needs no escaping in JSON.</summary>
internal static class Phrases
{
    /// <summary>What people write in a live room.</summary>
    public static readonly byte[][] Barrages = Encode(
    [
        "有黑色吗", "这件多少钱", "主播讲一下3号链接", "已拍已付款", "什么时候发货", "支持七天无理由吗", "我165穿什么码", "偏大还是偏小",
        "太好看了吧", "上次买的质量很好", "还有优惠券吗", "能不能再便宜点", "拍了两件", "回头客来了", "666", "冲冲冲",
        "会起球吗", "孕妇可以用吗", "保质期多久", "顺丰包邮吗", "新疆发货吗", "赠品有什么", "库存还有多少", "再上一点吧没抢到",
        "主播今天好漂亮", "声音好好听", "从短视频过来的", "关注了", "福袋什么时候开", "抽到福袋了", "尺码表看一下", "面料是什么成分",
        "可以开发票吗", "退货有运费险吗", "和旗舰店一样吗", "正品保证吗", "讲慢一点", "画面有点卡", "is this available in blue", "price please",
        "love this one", "下单了求快点发货", "刚付款怎么改地址", "第一次来", "老粉报到", "颜色有色差吗", "小个子能穿吗", "送妈妈合适吗",
    ]);

    /// <summary>Names of rooms, best first; later rooms carry a number besides.</summary>
    public static readonly byte[][] Rooms = Encode(
        ["新品夜场", "美妆专场", "零食夜市", "家居好物", "数码之夜", "运动潮品", "亲子乐园", "珠宝臻选", "生鲜直采", "国货之光"]);

    /// <summary>Names of a show's products.</summary>
    public static readonly byte[][] Products = Encode(
    [
        "真丝衬衫", "羊绒围巾", "高腰阔腿裤", "小香风外套", "法式连衣裙", "轻薄羽绒服", "真皮通勤包", "针织开衫", "复古牛仔裤", "羊毛大衣",
        "保湿精华液", "玻尿酸面膜", "哑光口红", "气垫粉底", "防晒喷雾", "氨基酸洁面", "坚果礼盒", "手撕牛肉干", "冻干咖啡", "黑芝麻丸",
        "空气炸锅", "静音破壁机", "无线吸尘器", "护眼台灯", "记忆棉枕", "四件套床品", "保温杯", "儿童绘本", "积木套装", "运动跑鞋",
    ]);

    private static byte[][] Encode(string[] words) => Array.ConvertAll(words, Encoding.UTF8.GetBytes);
}

package sample

import "strings"

// Words of a Brazilian dealer's day. The data is sample data: every name is
// made of common ones, e-mails end in a domain reserved for examples, and
// mobile numbers start with 90, which is assigned to nobody.

var firstNames = split(`Maria João Ana José Antônio Francisca Carlos Paulo Adriana Lucas Luiz Marcos Gabriel Rafael Juliana
	Márcia Fernanda Patrícia Bruno Eduardo Felipe Aline Camila Beatriz Larissa Letícia Gustavo Thiago Pedro Mateus Vinícius
	Rodrigo Débora Sônia Cláudia Renata Vanessa Simone Tatiane Fábio Leandro Diego Caio Igor Otávio Heloísa Isabela Lívia
	Manuela Cecília Alexandre Ricardo Marcelo André Daniela Luciana Priscila Jéssica Bianca Natália Roberto Sérgio Wagner
	Cristiane Elaine Rosângela Sebastião Raimundo Valdir Ivone Edson Gilberto Mônica Regina Sueli Kátia Henrique Davi Arthur
	Bernardo Miguel Sofia Alice Laura Luíza Yasmin Iara Caetano Jorge Flávio Júlio Nelson Osvaldo Hugo Murilo Enzo Tainá`)

var lastNames = split(`Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho
	Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas
	Cardoso Ramos Gonçalves Santana Teixeira Araújo Cavalcanti Monteiro Correia Batista Campos Duarte Moura Peixoto Brito
	Farias Azevedo Melo Barros Pinto Coelho Rezende Assunção Sampaio Queiroz Prado Siqueira Fonseca Guimarães Muñoz Sá`)

// city is where a contact lives, with its area code.
type city struct{ name, ddd string }

var cities = []city{
	{"São Paulo", "11"}, {"São Paulo", "11"}, {"Guarulhos", "11"}, {"Osasco", "11"}, {"Campinas", "19"}, {"Sorocaba", "15"},
	{"Santos", "13"}, {"Ribeirão Preto", "16"}, {"Rio de Janeiro", "21"}, {"Niterói", "21"}, {"Belo Horizonte", "31"},
	{"Uberlândia", "34"}, {"Curitiba", "41"}, {"Londrina", "43"}, {"Florianópolis", "48"}, {"Porto Alegre", "51"},
	{"Salvador", "71"}, {"Recife", "81"}, {"Fortaleza", "85"}, {"Brasília", "61"}, {"Goiânia", "62"}, {"Manaus", "92"},
}

var trades = []string{"Auto Peças", "Transportes", "Construtora", "Mercado", "Padaria", "Clínica", "Escritório", "Logística", "Fazenda", "Comércio"}

// model is a vehicle with the price of a new one in thousands of reais.
type model struct {
	name  string
	price int64
}

var models = []model{
	{"Fiat Argo 1.0", 82}, {"Fiat Strada Freedom", 112}, {"Fiat Toro Volcano", 165}, {"Fiat Mobi Like", 72}, {"VW Polo TSI", 108},
	{"VW T-Cross Comfortline", 148}, {"VW Nivus Highline", 146}, {"VW Saveiro Robust", 98}, {"Chevrolet Onix LT", 95},
	{"Chevrolet Tracker Premier", 158}, {"Chevrolet S10 LTZ", 248}, {"Hyundai HB20 Comfort", 92}, {"Hyundai Creta Limited", 154},
	{"Toyota Corolla XEi", 162}, {"Toyota Corolla Cross XRE", 176}, {"Toyota Hilux SRV", 272}, {"Toyota Yaris XL", 104},
	{"Honda HR-V EXL", 168}, {"Honda Civic Touring", 198}, {"Honda City EX", 122}, {"Jeep Compass Longitude", 182},
	{"Jeep Renegade Sport", 128}, {"Renault Kwid Zen", 70}, {"Renault Duster Iconic", 142}, {"Nissan Kicks Advance", 124},
	{"Ford Ka SE", 58}, {"Ford Ranger XLS", 232}, {"Peugeot 208 Allure", 98}, {"Citroën C3 Live", 76}, {"Caoa Chery Tiggo 5X", 136},
	{"BYD Dolphin", 149}, {"GWM Haval H6", 214}, {"Honda CG 160 Fan", 17}, {"Yamaha Fazer 250", 24},
}

// tagNames with their colours.
var tagNames = []struct{ name, color string }{
	{"Financiamento", "blue"}, {"Troca", "amber"}, {"Seminovo", "slate"}, {"Zero km", "green"}, {"Frota", "violet"}, {"Urgente", "red"},
	{"VIP", "amber"}, {"Test-drive", "green"}, {"Consórcio", "blue"}, {"PCD", "violet"}, {"Retorno", "slate"}, {"Indicação", "green"},
	{"Leasing", "blue"}, {"À vista", "green"}, {"Usado na troca", "amber"},
}

var sellers = []string{"Rafael Costa", "Wesley Santos", "Juliana Prado", "Camila Rocha", "Diego Farias", "Patrícia Melo",
	"André Siqueira", "Larissa Nunes", "Fábio Moreira", "Tainá Barros", "Igor Peixoto", "Mônica Duarte"}

var notes = []string{"Cliente pediu simulação em 48 vezes.", "Quer dar o usado na troca.", "Retornar depois das 18h por WhatsApp.",
	"Prefere cor prata ou branca.", "Já visitou a loja duas vezes.", "Aguarda aprovação do banco.", "A esposa decide junto.",
	"Está comparando com a concorrência.", "Pediu desconto à vista.", "Interesse em garantia estendida.", "Comprou conosco em 2019.",
	"Precisa do carro antes das férias.", "Quer avaliar o usado no sábado.", "Perguntou sobre a documentação."}

// plan is what a seller does with a lead.
type plan struct{ kind, title, channel string }

var doneWork = []plan{
	{"call", "Primeiro contato", "phone"}, {"call", "Ligação de retorno", "phone"}, {"message", "Fotos enviadas", "whatsapp"},
	{"message", "Tabela de preços enviada", "whatsapp"}, {"email", "Proposta por e-mail", "email"}, {"visit", "Visita à loja", ""},
	{"test_drive", "Test-drive", ""}, {"note", "", ""}, {"message", "Simulação enviada", "whatsapp"}, {"call", "Negociação por telefone", "phone"},
}

var plannedWork = []plan{
	{"call", "Ligar", "phone"}, {"call", "Retornar proposta", "phone"}, {"message", "Enviar simulação", "whatsapp"}, {"visit", "Visita agendada", ""},
	{"test_drive", "Test-drive agendado", ""}, {"task", "Consultar o banco", ""}, {"task", "Avaliar o usado", ""}, {"email", "Mandar proposta", "email"},
}

var outcomes = []string{"", "", "Atendeu", "Não atendeu", "Pediu para ligar depois", "Gostou"}

func split(s string) []string { return strings.Fields(s) }
